import { AlreadyRunningError } from '../errors.ts'
import { holdLock } from '../home/lock.ts'
import { livingProcess, readSeen, type Seen } from '../home/records.ts'
import { isAlive, lifeOf, readFolder } from './look-up.ts'
import { stopLife } from './stop.ts'
import { stopPlanOf } from './stop-plan.ts'

/**
 * Ends what an earlier life of a daemon left behind: children that outlived it, or a command whose start was cut off. They
 * may hold the port that the next life needs.
 * @throws {AlreadyRunningError} when it is no leftover, but the daemon, running under a damaged record.
 */
export async function clearLeftovers(name: string, folder: string): Promise<void> {
  const lookup = readFolder(name, folder)
  const life = await lifeOf(lookup)
  if (life === undefined) return
  // It may have taken the name, or have passed it on to its command, just now. A readable record is judged under the lock.
  const seen = readSeen(folder)
  const isCutOff = await isAbandoned(folder, seen)
  if (livingProcess(seen) !== undefined && !isCutOff) return
  if (isAlive(life) && typeof seen !== 'object') throw new AlreadyRunningError({ daemon: name }, life.main.pid)
  const plan = stopPlanOf(lookup)
  // Of a daemon whose stop leaves its children alone, these are left alone here, too; what never became ready is all ended.
  if (isCutOff || plan.scope === 'tree') await stopLife(name, life, { ...plan, scope: 'tree' })
}

/** Is it half-started, and was its start cut off? Whoever starts a daemon holds its lock until it is ready. */
async function isAbandoned(folder: string, seen: Seen): Promise<boolean> {
  if (typeof seen !== 'object' || seen.phase !== 'starting') return false
  const release = await holdLock(folder)
  if (release === undefined) return false
  const now = readSeen(folder)
  release()
  return typeof now === 'object' && now.phase === 'starting' && now.instance === seen.instance
}
