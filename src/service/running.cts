import type { Definition } from './definition.cts'

/** How a service sees itself. */
export interface ServiceContext {
  readonly name: string
  readonly version: string
  /** How many clients are connected. */
  readonly connections: number
  /** How many calls are in progress. */
  readonly calls: number
  /** Aborted when the service begins to end, with the reason: 'idle', 'stopped', 'replaced', 'out of date' or 'removed'. */
  readonly signal: AbortSignal
  /** Says in a few words what it is doing; `daemonic status` shows it. */
  status(text: string): void
}

/** A service that runs in this process. */
export interface Running {
  definition: Definition
  context: ServiceContext
  counts: { connections: number; calls: number }
  status: string | null
  controller: AbortController
}

const running = new Map<string, Running>()

/** Notes that a service runs in this process. */
export function beginRunning(definition: Definition): Running {
  const { identity, instance } = definition
  const counts = { connections: 0, calls: 0 }
  const controller = new AbortController()
  const one: Running = {
    ...{ definition, counts, controller, status: null },
    context: {
      name: identity.name,
      version: identity.version,
      get connections() {
        return counts.connections
      },
      get calls() {
        return counts.calls
      },
      signal: controller.signal,
      status: (text) => {
        one.status = String(text)
      },
    },
  }
  running.set(instance, one)
  return one
}

/** Finds the service of that name that runs in this process; without a name, the only one. */
export function findRunning(name: string | undefined): Running | undefined {
  const all = [...running.values()]
  const named = name === undefined ? all : all.filter(({ context }) => context.name === name)
  return named.length === 1 ? named[0] : undefined
}
