import { type BigIntStats, constants, lstatSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DaemonicError } from '../errors.ts'
import { lockOpenFile } from '../system/file-lock.ts'

/** A log that is open to be rotated, and is locked, so that nobody else rotates it meanwhile. */
export interface RotatingLog {
  /** Its path, for people. */
  shown: string
  /** Its path by the open folder: whoever renames something above it leads us nowhere else. */
  path: string
  /** Open for reading: no writer of ours may be taken for one of those that have to be stopped. */
  file: FileHandle
  folder: FileHandle
  dev: bigint
  ino: bigint
  /** When the file was made, in milliseconds of the wall clock. */
  born: number
  owner: { uid: number; gid: number }
  /** The mode of what is made beside it. */
  mode: number
}

/** How long another may take who rotates it, in milliseconds. */
const patience = 30_000

const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY

/**
 * Opens a log to rotate it, and waits until nobody else does.
 * @returns nothing, when there is no such file.
 * @throws {DaemonicError} NOT_ROTATED, for what is no log of this user's.
 */
export async function openRotating(path: string): Promise<RotatingLog | undefined> {
  if (process.platform !== 'linux') throw refusal(path, `that needs Linux; this is ${process.platform}`)
  // Looked at before it is opened: who waits to write into a FIFO would go on, and get a SIGPIPE when it is closed.
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  if (stats === undefined) return undefined
  checkFile(path, stats)
  const folder = await open(dirname(path), constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    const byFolder = `/proc/self/fd/${folder.fd}/${basename(path)}`
    const file = await open(byFolder, flags)
    try {
      return await makeLog(path, byFolder, file, folder)
    } catch (error) {
      await file.close()
      throw error
    }
  } catch (error) {
    await folder.close()
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error instanceof DaemonicError ? error : refusal(path, (error as Error).message, error)
  }
}

/** Closes it, and gives back the lock. */
export async function closeRotating({ file, folder }: RotatingLog): Promise<void> {
  await file.close()
  await folder.close()
}

/** Does the path still lead to the open file, or has somebody moved or removed it meanwhile? */
export function isInPlace({ path, ino, dev }: RotatingLog): boolean {
  const there = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return there?.ino === ino && there.dev === dev
}

/** The error for a log that is not rotated, and why. */
export function refusal(path: string, why: string, cause?: unknown): DaemonicError {
  return new DaemonicError('NOT_ROTATED', `The log ${path} was not rotated, and nothing of it is lost: ${why}`, cause)
}

/** What was opened, and locked. */
async function makeLog(shown: string, path: string, file: FileHandle, folder: FileHandle): Promise<RotatingLog> {
  const stats = await file.stat({ bigint: true })
  checkFile(shown, stats)
  await lock(shown, file)
  const { dev, ino } = stats
  const owner = { uid: Number(stats.uid), gid: Number(stats.gid) }
  const born = Number(stats.birthtimeMs)
  return { shown, path, file, folder, dev, ino, born, owner, mode: Number(stats.mode) & 0o777 }
}

/** Refuses what is no plain file, and what is another user's. */
function checkFile(path: string, stats: BigIntStats): void {
  const user = process.geteuid?.() ?? 0
  if (stats.isSymbolicLink()) throw refusal(path, 'it is a symbolic link; rotate what it leads to')
  if (!stats.isFile()) throw refusal(path, 'it is no file')
  if (stats.nlink > 1n)
    throw refusal(path, 'it has another name as well (a hard link), which would lose what is cut off')
  if (user !== 0 && Number(stats.uid) !== user) throw refusal(path, `it belongs to another user (${stats.uid})`)
}

/** Takes its lock. The daemon's own descriptor of the log is another open file, and holds none. */
async function lock(path: string, file: FileHandle): Promise<void> {
  const deadline = performance.now() + patience
  for (let pause = 10; !(await lockOpenFile(file.fd)); pause = Math.min(pause * 1.5, 200)) {
    if (performance.now() > deadline)
      throw refusal(path, `another process has been rotating it for ${patience / 1000} s`)
    await sleep(pause)
  }
}
