import { fstatSync, renameSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import type { Rotation } from '../options/types.ts'
import { makeBeside, unfinished } from './copy.ts'
import type { RotatingLog } from './open-rotating.ts'
import { sizeOf } from './room.ts'
import { listRotated, type RotatedFile } from './rotated-files.ts'

/** A level that keeps up with a program that logs a lot, for nearly the same size. */
const level = 3

/** How much is read at once. */
const blockSize = 256 * 1024

/**
 * Compresses the rotated files of a log that are not.
 * @param isDue asked now and then: is there something more urgent to be done with the log?
 * @returns false, when there is, and not all are compressed. What there is no room for stays as it is.
 */
export async function compressRotated(
  log: RotatingLog,
  { total }: Rotation,
  isDue: () => Promise<boolean>,
): Promise<boolean> {
  for (const file of listRotated(log.path).filter(({ isCompressed }) => !isCompressed)) {
    const room = total - sizeOf(listRotated(log.path)) - fstatSync(log.file.fd).size
    const outcome = await compress(log, file, room, isDue)
    if (outcome === 'due') return false
  }
  return true
}

/** Compresses one file, and has it on the disk before the plain one goes. */
async function compress(
  log: RotatingLog,
  { path, cutAt }: RotatedFile,
  room: number,
  isDue: () => Promise<boolean>,
): Promise<'done' | 'due' | 'no room'> {
  const part = `${path}.gz${unfinished}`
  const source = await open(path)
  const target = await makeBeside(log, part)
  try {
    await pipeline(readAll(source, isDue), createGzip({ level }), (chunks: AsyncIterable<Buffer>) =>
      writeAll(target, chunks, room),
    )
    await finish(target, part, path, cutAt)
    return 'done'
  } catch (error) {
    rmSync(part, { force: true })
    if (error instanceof Stopped) return error.outcome
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return 'no room'
    throw error
  } finally {
    await Promise.all([source.close(), target.close()])
  }
}

/** Reads a file, until there is something more urgent to be done. */
async function* readAll(source: FileHandle, isDue: () => Promise<boolean>): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    if (await isDue()) throw new Stopped('due')
    const { buffer, bytesRead } = await source.read(Buffer.allocUnsafe(blockSize), 0, blockSize, position)
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
    position += bytesRead
  }
}

/** Writes what comes, until there is no room for more. */
async function writeAll(target: FileHandle, chunks: AsyncIterable<Buffer>, room: number): Promise<void> {
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > room) throw new Stopped('no room')
    await target.writeFile(chunk)
  }
}

/** Puts the compressed file in the place of the plain one. Its time is still that of the cut. */
async function finish(target: FileHandle, part: string, path: string, cutAt: number): Promise<void> {
  await target.utimes(cutAt / 1000, cutAt / 1000)
  await target.datasync()
  renameSync(part, `${path}.gz`)
  rmSync(path)
}

/** Why a file was not compressed to its end. */
class Stopped extends Error {
  readonly outcome: 'due' | 'no room'

  constructor(outcome: 'due' | 'no room') {
    super(outcome)
    this.outcome = outcome
  }
}
