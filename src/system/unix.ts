import { constants, fchmodSync, openSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
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

/** Opens a file that has no name, for reading and appending; /dev/null where none can be had. */
export function openNameless(folder: string): number {
  for (const open of [openTemporary, openAndUnlink]) {
    try {
      return open(folder)
    } catch {
      // The next way, then.
    }
  }
  return openSync('/dev/null', 'r+')
}

/** Linux, on most file systems: a file that never has a name, so that no death can leave it behind. */
function openTemporary(folder: string): number {
  if (process.platform !== 'linux') throw new Error('Linux only')
  const flags = temporaryFile | constants.O_DIRECTORY | constants.O_RDWR | constants.O_APPEND
  return openSync(folder, flags, 0o600)
}

/** Elsewhere: a file whose name is taken back at once. */
function openAndUnlink(folder: string): number {
  const path = join(folder, `daemonic-${process.pid}-${process.hrtime.bigint()}`)
  const fd = openSync(path, 'ax+', 0o600)
  unlinkSync(path)
  return fd
}
