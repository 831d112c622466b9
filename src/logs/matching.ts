/** Keeps the lines of a block that match; what is no UTF-8 is U+FFFD to the pattern. */
export function keepMatching(pattern: RegExp, block: Buffer): Buffer {
  const kept: Buffer[] = []
  for (let start = 0; start < block.length; ) {
    const newline = block.indexOf(10, start)
    const end = newline < 0 ? block.length : newline
    const next = newline < 0 ? block.length : newline + 1
    if (pattern.test(block.toString('utf8', start, end))) kept.push(block.subarray(start, next))
    start = next
  }
  return Buffer.concat(kept)
}
