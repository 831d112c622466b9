import { constants, openSync, statfsSync, unlinkSync } from 'node:fs'
import { createRequire } from 'node:module'
import { DaemonicError } from '../errors.ts'
import type * as files from './open-file.cts'

// Required, and not imported, for the reason that process-table.ts gives.
const code = createRequire(import.meta.url)('./open-file.cjs') as typeof files

export const openOrCreate: typeof files.openOrCreate = code.openOrCreate
export const exclusiveOpenFlag: number = code.exclusiveOpenFlag
export const opensLocked: boolean = code.opensLocked

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
