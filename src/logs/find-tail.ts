import type { FileHandle } from 'node:fs/promises'

/** How much is read at once. */
const blockSize = 65_536

/**
 * Finds where the last lines of a file begin, backwards from its end. A last line without newline is one, too; when it will be
 * read on from here, no line at all means: from the beginning of the unfinished one, so that it comes whole.
 */
export async function findTail(handle: FileHandle, lines: number, readsOn: boolean): Promise<number> {
  const { size } = await handle.stat()
  // The newline at the very end ends the last line, and begins none.
  if (lines > 0) return findNewline(handle, size - 1, lines)
  return readsOn ? findNewline(handle, size, 1) : size
}

/** Finds where the first line begins that begins at a position or behind it; the position itself, when that is the last line. */
export async function findLineStart(handle: FileHandle, position: number): Promise<number> {
  const block = Buffer.allocUnsafe(blockSize)
  for (let at = position - 1; ; at += blockSize) {
    const { bytesRead } = await handle.read(block, 0, blockSize, at)
    const newline = block.subarray(0, bytesRead).indexOf(10)
    if (newline >= 0) return at + newline + 1
    if (bytesRead === 0) return position
  }
}

/** Finds the position behind a newline, counted backwards from an end; the beginning of the file when it has fewer. */
async function findNewline(handle: FileHandle, end: number, count: number): Promise<number> {
  const block = Buffer.allocUnsafe(blockSize)
  let left = count
  for (let to = end; to > 0; to -= blockSize) {
    const from = Math.max(0, to - blockSize)
    const { bytesRead } = await handle.read(block, 0, to - from, from)
    for (let part = block.subarray(0, bytesRead); ; left -= 1) {
      const at = part.lastIndexOf(10)
      if (at < 0) break
      if (left === 1) return from + at + 1
      part = part.subarray(0, at)
    }
  }
  return 0
}
