import { closeSync, constants, fstatSync, lstatSync } from 'node:fs'
import type { Lock } from '../detach/launch.cts'
import { DaemonicError } from '../errors.ts'
import { lockOpenFile } from '../system/file-lock.ts'
import { exclusiveOpenFlag, openOrCreate, opensLocked } from '../system/unix.ts'

/** Opens a lock in the folder of a name, not yet locked where that is left to others; nothing when it is held and the system says so. */
export function openLock(folder: string, file = 'lock'): Lock | undefined {
  const path = `${folder}/${file}`
  try {
    const { fd } = openOrCreate(path, constants.O_RDWR | constants.O_NOFOLLOW | exclusiveOpenFlag, 0o600)
    return { fd, path, locked: opensLocked }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined
    throw new DaemonicError('HOME_UNUSABLE', `The lock of a daemon can't be opened: ${(error as Error).message}`, error)
  }
}

/**
 * Takes a lock for this process. flock(2) belongs to the open file: what flock(1) locks on a descriptor of ours is ours until
 * we close it.
 * @returns what releases it; nothing, when another holds it, or the folder is gone.
 */
export async function holdLock(folder: string, file = 'lock'): Promise<(() => void) | undefined> {
  const lock = openLock(folder, file)
  if (lock === undefined) return undefined
  const release = (): void => closeSync(lock.fd)
  try {
    if ((lock.locked || (await takeLock(lock.fd))) && isStillThere(lock)) return release
  } catch (error) {
    release()
    throw error
  }
  release()
  return undefined
}

/** Takes the lock of an open file; false when another has it. */
async function takeLock(fd: number): Promise<boolean> {
  try {
    return await lockOpenFile(fd)
  } catch (error) {
    throw new DaemonicError('HOME_UNUSABLE', `a lock needs flock(1): ${(error as Error).message}`, error)
  }
}

/** Does the path still lead to the open file, or was the name forgotten meanwhile? */
function isStillThere({ fd, path }: Lock): boolean {
  const there = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return there?.ino === fstatSync(fd, { bigint: true }).ino
}
