import { readGiven } from '../options/read-given.ts'
import type { Duration, StopScope } from '../options/types.ts'
import type { Lookup } from './look-up.ts'
import type { StopPlan } from './stop.ts'

/** How a stop differs from what the daemon was started with. */
export interface StopOptions {
  /** Signal that asks it to stop. */
  signal?: NodeJS.Signals | undefined
  /** How long it has from then on, until what is left of it is killed. */
  timeout?: Duration | undefined
  /** What is ended. */
  scope?: StopScope | undefined
}

/** How a daemon is to be stopped: as it is asked for now, else as it was declared, else by the defaults. */
export function stopPlanOf(
  { declared }: Pick<Lookup, 'declared'>,
  { signal, timeout, scope }: StopOptions = {},
): StopPlan {
  const asked = readGiven({ stopSignal: signal, stopTimeout: timeout, stopScope: scope })
  const { stopSignal, stopTimeout, stopScope } = { ...readDeclaredStop(declared?.options), ...asked }
  return { signal: stopSignal ?? 'SIGTERM', timeout: stopTimeout ?? 10_000, scope: stopScope ?? 'tree' }
}

/** Reads what was declared; a record that somebody broke is no reason not to stop. */
function readDeclaredStop(options: Record<string, unknown> = {}): ReturnType<typeof readGiven> {
  const { stopSignal, stopTimeout, stopScope } = options
  try {
    return readGiven({ stopSignal, stopTimeout, stopScope })
  } catch {
    return {}
  }
}
