/** A line that is longer is cut into pieces of this many bytes: one that never ends must not fill the memory. */
export const longestPiece: number = 1024 ** 2

/**
 * Parts bytes, of which only the first line may be a long one, into blocks of whole lines, and the beginning of a line that is
 * not finished. A line of more than 1 MiB comes in pieces, each a block without a newline at its end, but for the last.
 */
export function partLines(bytes: Buffer): { blocks: Buffer[]; rest: Buffer } {
  const blocks: Buffer[] = []
  let left = bytes
  while (isLong(left)) {
    const end = findCharacter(left, longestPiece)
    blocks.push(left.subarray(0, end))
    left = left.subarray(end)
  }
  const end = left.lastIndexOf(10) + 1
  if (end > 0) blocks.push(left.subarray(0, end))
  return { blocks, rest: left.subarray(end) }
}

/** Splits a block into its lines, without their newlines. What is no UTF-8 is replaced by U+FFFD. */
export function splitLines(block: Buffer): string[] {
  const end = block.at(-1) === 10 ? block.length - 1 : block.length
  return block.toString('utf8', 0, end).split('\n')
}

/** Is the first line too long for one piece? */
function isLong(bytes: Buffer): boolean {
  if (bytes.length <= longestPiece) return false
  const end = bytes.indexOf(10)
  return end < 0 || end > longestPiece
}

/** The beginning of the character at a position: none is cut in two. UTF-8 has up to three bytes behind the first. */
function findCharacter(bytes: Buffer, position: number): number {
  const starts = [position, position - 1, position - 2, position - 3]
  return starts.find((start) => ((bytes[start] ?? 0) & 0xc0) !== 0x80) ?? position
}
