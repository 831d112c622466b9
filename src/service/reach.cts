import { existsSync } from 'node:fs'
import type { Link } from '../rpc/link.cts'
import type { Attempt, Welcome } from './hello.cts'
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
    const found = await look(target)
    if (found.kind === 'answered' && found.answer.kind === 'welcome') return { link: found.link, welcome: found.answer }
    const holder = await dealWith(found, target, wait)
    if (holder !== 'none') await wait.pause(found.kind, holder)
  }
}

/**
 * Does what can be done where there was no welcome: starts the daemon, if nobody has the name. Nothing that is there is removed, but by
 * who holds the lock of the name: a new daemon, or the one that runs, when something else stands in the place of its socket.
 * @returns who has the name.
 */
async function dealWith(found: Attempt, target: Target, { deadline, seen }: Wait): Promise<Holder> {
  if (found.kind === 'answered') return refused(target, found)
  // It is there, and takes who comes when it has time.
  if (found.kind === 'crowded') return 'unknown'
  const { startUnlessHeld } = require('./start.cjs') as typeof import('./start.cts')
  const holder = await startUnlessHeld(target, deadline, seen)
  if (found.kind === 'silent' && holder === 'running') throw await (await trouble()).unresponsive(target)
  return holder
}

/** Connects once. Where there is no socket, the daemon can be started before what connects is loaded. */
async function look(target: Target): Promise<Attempt> {
  if (!existsSync(target.socket)) return { kind: 'absent' }
  const { attempt } = require('./hello.cjs') as typeof import('./hello.cts')
  return attempt(target, 'calls')
}

/** A refusal that is for good is thrown; behind any other, the next service will come. */
async function refused(target: Target, { answer, link }: Attempt & { kind: 'answered' }): Promise<Holder> {
  link.destroy()
  if (answer.kind === 'refused' && answer.why === 'leaving') return 'unknown'
  throw await (await trouble()).refusedBy(target, answer)
}

/** The errors of this room: modules, which most clients have no need to load. */
function trouble(): Promise<typeof import('./trouble.ts')> {
  return import('./trouble.ts')
}

/** What a client has seen while it waited. */
export interface Seen {
  /** The life that was over, or not yet begun, when this client came: a later one that failed is what it waited for. */
  first: string | undefined
  hasLooked: boolean
}

/**
 * How long it is waited, in milliseconds, for a service that runs and can't be reached. It puts a socket back that was taken
 * from it as soon as it sees that; one that leaves has removed its socket, and may have to finish calls.
 */
const patience: { [Kind in Attempt['kind']]?: number } = {
  absent: 15_000,
  leaving: 15_000,
  denied: 2000,
  foreign: 2000,
}

/** The waiting of one client: its pauses, and its deadline. */
interface Wait {
  /** By now(). */
  deadline: number
  seen: Seen
  /** Waits a little. Throws when it has waited long enough for what keeps it from the service. */
  pause(problem: Attempt['kind'], holder: Holder): Promise<void>
}

/** Makes the waiting of a client. */
function makeWait(target: Target): Wait {
  const deadline = now() + target.startTimeout
  let pause = pauses.first
  let last: Attempt['kind'] | undefined
  let until = deadline
  return {
    deadline,
    seen: { first: undefined, hasLooked: false },
    pause: async (problem, holder) => {
      const limit = holder === 'running' ? patience[problem] : undefined
      if (limit === undefined) until = deadline
      else if (problem !== last || until === deadline) until = Math.min(deadline, now() + limit)
      last = limit === undefined ? undefined : problem
      if (now() > until) throw await (await trouble()).unreachable(target, problem)
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
