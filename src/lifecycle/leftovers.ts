import { AlreadyRunningError } from '../errors.ts'
import { livingProcess, readSeen } from '../home/records.ts'
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
  if (livingProcess(readSeen(folder)) !== undefined) return
  if (isAlive(life)) throw new AlreadyRunningError({ daemon: name }, life.main.pid)
  const plan = stopPlanOf(lookup)
  if (plan.scope === 'tree') await stopLife(name, life, plan, true)
}
