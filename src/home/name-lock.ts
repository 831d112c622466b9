import { AlreadyRunningError } from '../errors.ts'
import { openFolder } from './home.ts'
import { openLock } from './lock.ts'
import type { LockFile } from './with-locks.ts'

/** How long a lock may be held, in milliseconds, by somebody who records nothing of himself: a boot takes less. */
const patience = 10_000

/** A name as a lock that a start needs. */
export function nameLock(name: string, folder: string): LockFile {
  let heldSince: number | undefined
  return {
    // Its name may have been forgotten since.
    open: () => openLock(openFolder(name)),
    onHeld: async (deadline) => {
      heldSince ??= performance.now()
      const { awaitWinner, findLockHolder } = await import('./await-winner.ts')
      const isOver = performance.now() > Math.min(deadline, heldSince + patience)
      const pid = (await awaitWinner(folder, deadline)) ?? (isOver ? findLockHolder(folder) : undefined)
      if (pid !== undefined || performance.now() > deadline) throw new AlreadyRunningError({ daemon: name }, pid)
    },
  }
}
