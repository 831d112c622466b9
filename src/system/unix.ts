import { constants, fchmodSync, fstatSync, openSync, readdirSync, readFileSync, statfsSync, unlinkSync } from 'node:fs'
import { DaemonicError } from '../errors.ts'

/** Refuses systems on which there is nothing to become a daemon with, in one sentence. */
export function requireUnix(): void {
  const runtime = Object.keys(process.versions).find((name) => name === 'bun' || name === 'deno')
  if (runtime !== undefined) {
    throw new DaemonicError('UNSUPPORTED_PLATFORM', `daemonic needs Node 20 or newer; this is ${runtime}`)
  }
  if (process.platform !== 'linux' && process.platform !== 'darwin') {
    const remedy = process.platform === 'win32' ? '; on Windows, run it in WSL, or as a service' : ''
    throw new DaemonicError(
      'UNSUPPORTED_PLATFORM',
      `daemonic needs Linux or macOS; this is ${process.platform}${remedy}`,
    )
  }
}

/** Is this a worker thread? There, and only there, the working directory can't be changed; asking so loads no module. */
export function isWorker(): boolean {
  try {
    process.chdir('.')
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_UNSUPPORTED_OPERATION'
  }
}

export interface OpenedFile {
  fd: number
  /** Did this call create it? */
  created: boolean
}

/**
 * Opens a file, or creates it with exactly this mode, whatever the umask.
 * Never waits: a FIFO that nobody reads is an error (ENXIO), not a hang.
 */
export function openOrCreate(path: string, flags: number, mode: number): OpenedFile {
  const quiet = flags | constants.O_NONBLOCK | constants.O_NOCTTY
  const existing = tryOpen(path, quiet, mode, 'ENOENT')
  if (existing !== undefined) return { fd: existing, created: false }
  // Exclusively: if somebody creates it now, the mode is his. What is there, but not open, is a link that leads nowhere yet.
  const fd = tryOpen(path, quiet | constants.O_CREAT | constants.O_EXCL, mode, 'EEXIST')
  const made = fd ?? openSync(path, quiet | constants.O_CREAT, mode)
  fchmodSync(made, mode)
  return { fd: made, created: true }
}

/** Opens a file; the one error that is expected is nothing. */
function tryOpen(path: string, flags: number, mode: number, expected: string): number | undefined {
  try {
    return openSync(path, flags, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === expected) return undefined
    throw error
  }
}

/** O_TMPFILE of Linux, without O_DIRECTORY, whose value differs between processors. */
const temporaryFile = 0o20000000

/** As much as a file without a name should find free: a program whose standard output meets a full disk is ended by Node. */
const enough = 1024 ** 2

/** Opens a file that has no name, for reading and appending, in the first folder that has room; else /dev/null. */
export function openNameless(folders: readonly string[]): number {
  for (const folder of folders) {
    for (const open of hasRoom(folder) ? [openTemporary, openAndUnlink] : []) {
      try {
        return open(folder)
      } catch {
        // The next way, then.
      }
    }
  }
  return openSync('/dev/null', 'r+')
}

/** Has the disk of a folder room left? */
function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize >= enough
  } catch {
    return false
  }
}

/** Linux, on most file systems: a file that never has a name, so that no death can leave it behind. */
function openTemporary(folder: string): number {
  if (process.platform !== 'linux') throw new Error('Linux only')
  const flags = temporaryFile | constants.O_DIRECTORY | constants.O_RDWR | constants.O_APPEND
  return openSync(folder, flags, 0o600)
}

/** Elsewhere: a file whose name is taken back at once. */
function openAndUnlink(folder: string): number {
  const path = `${folder}/daemonic-${process.pid}-${process.hrtime.bigint()}`
  const fd = openSync(path, 'ax+', 0o600)
  unlinkSync(path)
  return fd
}

/**
 * How a file is locked for the life of those who hold its open file description (flock(2)).
 * Linux: by flock(1) in the trampoline, on the descriptor that the daemon inherits.
 * macOS has no flock(1), but open(2) takes the lock at once: O_EXLOCK | O_NONBLOCK.
 */
export const exclusiveOpenFlag: number = process.platform === 'darwin' ? 0x20 : 0

/** Does opening take the lock already? */
export const opensLocked: boolean = exclusiveOpenFlag !== 0

const closeOnExec = 0o2000000

/**
 * For every stat of what may be a pipe or a socket. Exact numbers, and: on Node 20, a stat of one without `bigint` leaves
 * its type where the next realpath looks, and that then follows no links, so that modules are found at the wrong place.
 */
const exactStat = { bigint: true } as const

/** A descriptor, and which file it leads to: a number alone may be another file's in another process. */
export interface OpenDescriptor {
  fd: number
  dev: string
  ino: string
}

/**
 * Lists the descriptors of this process above 2 that a program started now inherits: those without close-on-exec.
 * Node opens its own with it, and marks the low ones that it was born with; what is left came from whoever started this
 * program, or from an addon. Empty on macOS, where libuv lets nothing pass (POSIX_SPAWN_CLOEXEC_DEFAULT).
 */
export function inheritedDescriptors(): OpenDescriptor[] {
  return openDescriptors().flatMap((fd) => (fd > 2 ? inheritable(fd) : []))
}

/** Lists the open descriptors; none where there is no /proc to tell. */
function openDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number)
  } catch {
    return []
  }
}

/** The descriptor, unless it is marked close-on-exec, or closed by now. */
function inheritable(fd: number): OpenDescriptor[] {
  try {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '0'
    if ((Number.parseInt(flags, 8) & closeOnExec) !== 0) return []
    const { dev, ino } = fstatSync(fd, exactStat)
    return [{ fd, dev: String(dev), ino: String(ino) }]
  } catch {
    return []
  }
}
