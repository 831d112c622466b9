import { AlreadyRunningError } from '../errors.ts'
import { openLock } from './lock.ts'
import type { LockFile } from './with-locks.ts'

/** A name as a lock that a start needs. */
export function nameLock(name: string, folder: string): LockFile {
  return {
    open: () => openLock(folder),
    onHeld: async (deadline) => {
      const { awaitWinner } = await import('./await-winner.ts')
      const pid = await awaitWinner(folder, deadline)
      if (pid !== undefined || performance.now() > deadline) throw new AlreadyRunningError({ daemon: name }, pid)
    },
  }
}
