import { advance, type OpenLog, seek } from './open-log.ts'

/** Reads what is there by now, a block at a time. What is written meanwhile is left for the next time. */
export async function* readRest(log: OpenLog): AsyncGenerator<Buffer> {
  const { size } = await log.handle.stat()
  do {
    const bytes = await readMore(log)
    if (bytes.length === 0) return
    yield bytes
  } while (log.position < size)
}

/** Reads the next block; an empty one at the end. */
async function readMore(log: OpenLog): Promise<Buffer> {
  for (;;) {
    const known = log.mark.length
    const { bytesRead } = await log.handle.read(log.buffer, 0, log.buffer.length, log.position - known)
    const read = log.buffer.subarray(0, bytesRead)
    if (read.subarray(0, known).equals(log.mark)) {
      advance(log, read)
      return Buffer.from(read.subarray(known))
    }
    await seek(log, await findAgain(log))
  }
}

/** How far back from the end a lost position is looked for: nobody writes more between two looks. */
const reach = 16 * 1024 ** 2

/** The smallest block of a file system. */
const leastBlock = 512

/**
 * Finds where to read on in a file that was cut. fallocate(1) --collapse-range takes whole blocks away from its head: what was
 * read last is then nearer to the beginning by a multiple of a block. A file that does not have it there was truncated, and
 * is read from its beginning, with nothing of what was in it before.
 */
async function findAgain({ handle, mark, position }: OpenLog): Promise<number> {
  const { size } = await handle.stat()
  const start = Math.max(0, size - reach)
  const end = Buffer.alloc(size - start)
  await handle.read(end, 0, end.length, start)
  for (let at = end.lastIndexOf(mark); at >= 0; at = at === 0 ? -1 : end.lastIndexOf(mark, at - 1)) {
    const moved = position - (start + at + mark.length)
    if (moved >= 0 && moved % leastBlock === 0) return position - moved
  }
  return 0
}
