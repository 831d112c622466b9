import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { RotatingLog } from './open-rotating.ts'

/** How much is copied at once. */
const blockSize = 1024 ** 2

/** What is being made has this at the end of its name, and is removed by the next rotation when it is not finished by this one. */
export const unfinished = '.part'

/** Makes a file beside a log, which is the log's owner's. */
export async function makeBeside({ owner, mode }: RotatingLog, path: string): Promise<FileHandle> {
  const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW
  const file = await open(path, flags, mode)
  await file.chmod(mode)
  if (process.geteuid?.() === 0) await file.chown(owner.uid, owner.gid)
  return file
}

/**
 * Copies a part of a file to a position in another; how much that was: less than asked for only at the end of the file. Both are read and
 * written by position: whoever has one of them from us finds it at its beginning.
 */
export async function copyPart(
  from: FileHandle,
  to: FileHandle,
  start: number,
  end: number,
  at: number,
): Promise<number> {
  const block = Buffer.allocUnsafe(Math.min(blockSize, Math.max(0, end - start)))
  let done = 0
  while (start + done < end) {
    const { bytesRead } = await from.read(block, 0, Math.min(block.length, end - start - done), start + done)
    if (bytesRead === 0) break
    await writeAll(to, block.subarray(0, bytesRead), at + done)
    done += bytesRead
  }
  return done
}

/** Writes all of it: one call may write less. */
async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
  }
}
