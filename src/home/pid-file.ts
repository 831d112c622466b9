import { closeSync, constants, fstatSync, ftruncateSync, lstatSync, readSync } from 'node:fs'
import type { Lock } from '../detach/launch.cts'
import { AlreadyRunningError, InvalidOptionError } from '../errors.ts'
import { exclusiveOpenFlag, openOrCreate, opensLocked } from '../system/unix.ts'
import type { LockFile } from './with-locks.ts'

/** The pid file as a lock that a start needs. */
export function pidFileLock(path: string): LockFile {
  return {
    open: () => openPidFile(path),
    onHeld: async (deadline) => {
      const { findHolder } = await import('./find-holder.ts')
      const pid = await findHolder(path)
      // A holder whose pid is not known is starting or leaving.
      if (pid !== undefined || performance.now() > deadline) throw new AlreadyRunningError({ pidFile: path }, pid)
    },
  }
}

/** A pid file holds a number and white space. Anything longer is something else. */
const longestContent = 32

/**
 * Opens a pid file, or creates it with mode 0644; nothing when another process has it locked and the system says so here.
 * A link is not followed: who can write to the folder must not choose which file a root's daemon empties.
 * @throws {InvalidOptionError} when it can't be opened, or is there and no pid file.
 */
function openPidFile(path: string): Lock | undefined {
  const fd = open(path)
  if (fd === undefined) return undefined
  try {
    refuseOtherFile(fd, path)
  } catch (error) {
    closeSync(fd)
    throw error
  }
  if (!opensLocked) return { fd, path, locked: false }
  if (isStillThere(fd, path)) {
    ftruncateSync(fd, 0)
    return { fd, path, locked: true }
  }
  closeSync(fd)
  return undefined
}

/** Opens the file; nothing when it is locked by another (macOS). */
function open(path: string): number | undefined {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_NOFOLLOW | exclusiveOpenFlag
  try {
    return openOrCreate(path, flags, 0o644).fd
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined
    const isLink = (error as NodeJS.ErrnoException).code === 'ELOOP'
    const why = isLink ? 'it is a symbolic link' : (error as Error).message
    throw new InvalidOptionError('pidFile', path, `pidFile: can't open '${path}': ${why}`, error)
  }
}

/** Refuses to take somebody's file for a pid file, and empty it. */
function refuseOtherFile(fd: number, path: string): void {
  const content = Buffer.alloc(longestContent + 1)
  const isPidFile =
    fstatSync(fd).isFile() &&
    /^\s*\d*\s*$/.test(content.toString('latin1', 0, readSync(fd, content, 0, content.length, 0)))
  if (isPidFile && content[longestContent] === 0) return
  const message = `pidFile: '${path}' is there, and it is no pid file (one holds a number and nothing else): it is left as it is`
  throw new InvalidOptionError('pidFile', path, message)
}

/** Does the path still lead to the open file, or did its last owner remove it meanwhile? */
function isStillThere(fd: number, path: string): boolean {
  try {
    return lstatSync(path).ino === fstatSync(fd).ino
  } catch {
    return false
  }
}
