import { AlreadyRunningError } from '../errors.ts'
import { openFolder } from './home.ts'
import { openLock } from './lock.ts'
import type { LockFile } from './with-locks.ts'

/** A name as a lock that a start needs. */
export function nameLock(name: string, folder: string): LockFile {
  return {
    // Its name may have been forgotten since.
    open: () => openLock(openFolder(name)),
    onHeld: async (deadline) => {
      const { awaitWinner } = await import('./await-winner.ts')
      const pid = await awaitWinner(folder, deadline)
      if (pid !== undefined || performance.now() > deadline) throw new AlreadyRunningError({ daemon: name }, pid)
    },
  }
}
