import { AlreadyRunningError } from '../errors.ts'
import { holdLock } from '../home/lock.ts'
import { isAlive, type Lookup, lifeOf, readFolder, stateOf } from './look-up.ts'
import { stopLife } from './stop.ts'
import { stopPlanOf } from './stop-plan.ts'

/**
 * Ends what an earlier life of a daemon left behind: children that outlived it, or a command whose start was cut off. They
 * may hold the port that the next life needs. Under the name's lock: who starts the daemon holds it until it is ready, and what
 * the record says is the last word then.
 * @throws {AlreadyRunningError} when it is no leftover, but the daemon, running under a damaged record.
 */
export async function clearLeftovers(name: string, folder: string): Promise<void> {
  const release = await holdLock(folder)
  try {
    await clear(readFolder(name, folder), release !== undefined)
  } finally {
    release?.()
  }
}

/** Looks at what is recorded, and ends what is left. Without the lock nothing is ended: whoever has it is the daemon, or starts it. */
async function clear(lookup: Lookup, isOurTurn: boolean): Promise<void> {
  if (!isOurTurn && lookup.seen !== 'garbage') return
  const life = await lifeOf(lookup)
  if (life === undefined) return
  // Who starts a daemon holds the lock: a start that nobody holds it for was cut off.
  const isCutOff = isOurTurn && stateOf(lookup)?.phase === 'starting'
  if (isAlive(life) && !isCutOff) {
    if (typeof lookup.seen !== 'object') throw new AlreadyRunningError({ daemon: lookup.name }, life.main.pid)
    return
  }
  const plan = stopPlanOf(lookup)
  // Of a daemon whose stop leaves its children alone, these are left alone here, too; what never became ready is all ended.
  if (isOurTurn && (isCutOff || plan.scope === 'tree')) await stopLife(lookup.name, life, { ...plan, scope: 'tree' })
}
