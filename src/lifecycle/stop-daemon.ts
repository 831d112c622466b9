import { setTimeout as sleep } from 'node:timers/promises'
import { DaemonicError } from '../errors.ts'
import { type Lookup, lifeOf, readFolder, stateOf } from './look-up.ts'
import { recordEnd } from './record-end.ts'
import { type StopPlan, type Stopped, stopLife } from './stop.ts'
import { type StopOptions, stopPlanOf } from './stop-plan.ts'
import { takeTurn } from './take-turn.ts'

/** How much longer than its own time another stopper may take, in milliseconds, before it is not waited for any more. */
const patience = 10_000

/** Waits until nobody stops a daemon any more. */
export async function awaitStoppers(lookup: Lookup): Promise<void> {
  const release = await takeTurn(lookup.folder, stopPlanOf(lookup).timeout + patience).catch(() => undefined)
  release?.()
}

/**
 * Stops a daemon, in whatever state it is. Of several who stop it at once one asks it to, and all wait until it is gone.
 * @throws {DaemonicError} STOP_FAILED, NOT_PERMITTED.
 */
export async function stopDaemon(lookup: Lookup, options: StopOptions = {}): Promise<Stopped> {
  const { name, folder } = lookup
  const plan = stopPlanOf(lookup, options)
  const life = await lifeOf(lookup)
  if (life === undefined) return { how: 'not running', pid: undefined, took: 0, killed: [] }
  if (life.main?.pid === process.pid) {
    throw new DaemonicError('STOP_FAILED', `${name} is this process: a daemon ends by returning, or by process.exit()`)
  }
  // Without the lock, because the disk is full or read-only, it is stopped all the same.
  const release = await takeTurn(folder, plan.timeout + patience).catch(() => undefined)
  try {
    const stopped = await stopLife(name, life, plan)
    const isOver = await recordEnd(folder, life.instance, 'stopped')
    return isOver || stateOf(lookup)?.isKept !== true ? stopped : await stopNext(lookup, plan, stopped)
  } finally {
    release?.()
  }
}

/**
 * The keeper was about to start a daemon again when it was stopped: that life is stopped, too. It begins none while it is being stopped, so
 * that there is one at the most.
 */
async function stopNext({ name, folder }: Lookup, plan: StopPlan, first: Stopped): Promise<Stopped> {
  const deadline = performance.now() + plan.timeout + patience
  for (let last = first; ; await sleep(20)) {
    const life = await lifeOf(readFolder(name, folder))
    if (life === undefined) return last
    const stopped = await stopLife(name, life, plan)
    if (stopped.how !== 'not running') last = { ...stopped, killed: [...last.killed, ...stopped.killed] }
    if ((await recordEnd(folder, life.instance, 'stopped')) || performance.now() > deadline) return last
  }
}
