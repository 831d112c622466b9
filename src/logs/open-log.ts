import { type BigIntStats, constants } from 'node:fs'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { DaemonicError } from '../errors.ts'

/** How much is read at once. */
const blockSize = 65_536

/** How much of what was read is looked at again: several lines, so that it is nowhere else in the file. */
const markSize = 256

/** A log that is open, and how far it is read. */
export interface OpenLog {
  path: string
  handle: FileHandle
  dev: bigint
  ino: bigint
  /** Where it is read on; below 0, when that has been cut off, and is found in rotated files. */
  position: number
  /** How much had been cut off from it when that was its position. */
  cut: number
  /** How much a cut took away that nobody has brought to its end; undefined when there is none. */
  unsettled: number | undefined
  /** The last bytes before the position. They are read again with what follows, and show whether the file was cut. */
  mark: Buffer
  /** Room for the mark and a block. */
  buffer: Buffer
}

const flags = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY

/**
 * Opens a log at its beginning. Nothing when there is none, when it is no file, or when it is one of those that are open.
 * @throws {DaemonicError} NOT_READABLE
 */
export async function openLog(path: string, others: readonly OpenLog[] = []): Promise<OpenLog | undefined> {
  try {
    // Looked at before it is opened: who waits to write into a FIFO would go on, and get a SIGPIPE when it is closed.
    if (!isNew(await stat(path, { bigint: true }), others)) return undefined
    return await makeOpenLog(path, await open(path, flags), others)
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw new DaemonicError('NOT_READABLE', `The log ${path} can't be read: ${(error as Error).message}`, error)
  }
}

/** Goes to a position; to the beginning when the file has become shorter than that. */
export async function seek(log: OpenLog, position: number): Promise<void> {
  const length = Math.min(markSize, position)
  const { bytesRead } = await log.handle.read(log.buffer, 0, length, position - length)
  log.position = bytesRead === length ? position : 0
  log.mark = log.position === 0 ? Buffer.alloc(0) : Buffer.from(log.buffer.subarray(0, length))
}

/** Notes that bytes were read: those of the mark, and what follows it. */
export function advance(log: OpenLog, read: Buffer): void {
  log.position += read.length - log.mark.length
  log.mark = Buffer.from(read.subarray(-markSize))
}

/** What was opened, unless it was exchanged for something else meanwhile. */
async function makeOpenLog(path: string, handle: FileHandle, others: readonly OpenLog[]): Promise<OpenLog | undefined> {
  const stats = await handle.stat({ bigint: true })
  if (isNew(stats, others)) {
    const { dev, ino } = stats
    const buffer = Buffer.allocUnsafe(markSize + blockSize)
    return { path, handle, dev, ino, position: 0, cut: 0, unsettled: undefined, mark: Buffer.alloc(0), buffer }
  }
  await handle.close()
  return undefined
}

/** Is this a file, and none of those that are open? */
function isNew(stats: BigIntStats, others: readonly OpenLog[]): boolean {
  return stats.isFile() && !others.some(({ dev, ino }) => dev === stats.dev && ino === stats.ino)
}
