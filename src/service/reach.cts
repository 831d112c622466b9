import { existsSync } from 'node:fs'
import type { Link } from '../rpc/link.cts'
import type { Answer, Attempt, Welcome } from './hello.cts'
import type { Holder } from './start.cts'
import type { Target } from './target.cts'

/** A service that took this client in. */
export interface Reached {
  link: Link
  welcome: Welcome
}

/** Pauses between two looks, in milliseconds: the first, and the longest. */
const pauses = { first: 3, longest: 50 }

/**
 * Reaches a service: connects to it, or starts it, or waits for whoever starts it or leaves, until it has said welcome.
 * @throws {StartError} when it does not start, whoever started it; {ServiceError} when what is there can't be used.
 */
export async function reach(target: Target): Promise<Reached> {
  const wait = makeWait(target)
  for (;;) {
    const result = await look(target)
    switch (result.kind) {
      case 'answered': {
        if (result.answer.kind === 'welcome') return { link: result.link, welcome: result.answer }
        result.link.destroy()
        await refused(target, result.answer)
        break
      }
      case 'silent':
        throw await (await import('./trouble.ts')).unresponsive(target)
      case 'absent':
      case 'denied':
      case 'foreign': {
        // Nothing that is there is removed, but by who holds the lock of the name: a new daemon, or the one that runs.
        const { startUnlessHeld } = require('./start.cjs') as typeof import('./start.cts')
        const holder = await startUnlessHeld(target, wait.deadline, wait.seen)
        if (holder === 'none') continue
        wait.note(result.kind, holder)
        await wait.pause()
        continue
      }
    }
    wait.note(undefined, 'unknown')
    await wait.pause()
  }
}

/** Connects once. Where there is no socket, the daemon can be started before what connects is loaded. */
async function look(target: Target): Promise<Attempt> {
  if (!existsSync(target.socket)) return { kind: 'absent' }
  const { attempt } = require('./hello.cjs') as typeof import('./hello.cts')
  return attempt(target, 'calls')
}

/** A refusal that is for good is thrown; behind any other, the next service will come. */
async function refused(target: Target, answer: Answer): Promise<void> {
  if (answer.kind === 'refused' && answer.why === 'leaving') return
  throw await (await import('./trouble.ts')).refusedBy(target, answer)
}

/** What a client has seen while it waited. */
export interface Seen {
  /** The life that was over, or not yet begun, when this client came: a later one that failed is what it waited for. */
  first: string | undefined
  hasLooked: boolean
}

/** What keeps a client from a service. */
type Problem = 'absent' | 'denied' | 'foreign'

/**
 * How long it is waited, in milliseconds, for a service that runs and can't be reached. It puts a socket back that was taken
 * from it as soon as it sees that; one that leaves has removed its socket, and may have to finish calls.
 */
const patience: Record<Problem, number> = { absent: 15_000, denied: 2000, foreign: 2000 }

/** The waiting of one client: its pauses, and its deadline. */
interface Wait {
  /** By now(). */
  deadline: number
  seen: Seen
  /** Notes what keeps it from the service, and who holds the name. */
  note(problem: Problem | undefined, holder: Holder | 'unknown'): void
  /** Waits a little. Throws when it has waited long enough. */
  pause(): Promise<void>
}

/** Makes the waiting of a client. */
function makeWait(target: Target): Wait {
  const deadline = now() + target.startTimeout
  let pause = pauses.first
  let problem: Problem | undefined
  let until = deadline
  return {
    deadline,
    seen: { first: undefined, hasLooked: false },
    note: (kind, holder) => {
      const isSame = kind === problem && holder === 'running'
      problem = kind
      if (!isSame) until = deadline
      if (kind !== undefined && holder === 'running') until = Math.min(until, now() + patience[kind])
    },
    pause: async () => {
      if (now() > until) throw await (await import('./trouble.ts')).unreachable(target, problem)
      // A random part keeps those who came together from coming together again.
      await new Promise((resolve) => setTimeout(resolve, pause * (0.5 + Math.random())))
      pause = Math.min(pause * 1.5, pauses.longest)
    },
  }
}

/** The monotonic clock, in milliseconds. The global `performance` takes a millisecond to load. */
export function now(): number {
  return process.uptime() * 1000
}
