import { readChapters, readCuts } from './history.ts'
import { advance, type OpenLog, seek } from './open-log.ts'

/**
 * Reads what is there by now, a block at a time, and before it what has been cut off and is not read yet. What is written meanwhile is left
 * for the next time.
 */
export async function* readRest(log: OpenLog): AsyncGenerator<Buffer> {
  const end = await findEnd(log)
  do {
    const { from, to } = await followCuts(log)
    yield* readChapters(log, from, to)
    const bytes = await readMore(log)
    if (bytes?.length === 0) return
    if (bytes !== undefined) yield bytes
  } while (log.cut + log.position < end)
}

/** Where a log ends, counted from its first byte ever. */
async function findEnd(log: OpenLog): Promise<number> {
  for (;;) {
    const { cut } = await readCuts(log)
    const { size } = await log.handle.stat()
    if ((await readCuts(log)).cut === cut) return cut + size
  }
}

/** Moves to where the log is read on since it was cut. What has been cut off and is not read is told; often nothing. */
async function followCuts(log: OpenLog): Promise<{ from: number; to: number }> {
  const { base, cut } = await readCuts(log)
  const position = log.position - (cut - log.cut)
  if (cut !== log.cut) log.mark = log.mark.subarray(Math.max(0, log.mark.length - Math.max(0, position)))
  log.cut = cut
  log.position = Math.max(0, position)
  return { from: base + Math.min(0, position), to: base }
}

/** Reads the next block; an empty one at the end, and nothing when the log was cut meanwhile. */
async function readMore(log: OpenLog): Promise<Buffer | undefined> {
  for (;;) {
    const known = log.mark.length
    const { bytesRead } = await log.handle.read(log.buffer, 0, log.buffer.length, log.position - known)
    if ((await readCuts(log)).cut !== log.cut) return undefined
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
