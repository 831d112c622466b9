import { createReadStream } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { DaemonicError } from '../errors.ts'
import { type Journal, readJournal } from './journal.ts'
import type { OpenLog } from './open-log.ts'
import { wasCut } from './recover.ts'
import { contentSize, listRotated, type RotatedFile } from './rotated-files.ts'

/** A rotated file, and which part of all that was ever written it holds. */
interface Chapter extends RotatedFile {
  from: number
  to: number
}

/** What was cut off from a log and is there still, the oldest first, and how much was cut off from this very file. */
export interface History {
  chapters: Chapter[]
  /** The position of the log's first byte, counted as those of the chapters are. */
  base: number
  cut: number
}

/** How long a cut may be under way, in milliseconds. Who makes it was killed otherwise. */
const patience = 1000

/**
 * Reads what is known of a log's cuts: as many as before, when its journal is of another file by now. A cut that is under way is waited for.
 */
export async function readCuts(log: OpenLog): Promise<{ base: number; cut: number }> {
  const deadline = performance.now() + (log.unsettled === undefined ? patience : 0)
  for (;;) {
    const journal = readJournal(log.path)
    if (journal?.cut == null) log.unsettled = undefined
    if (journal === undefined || journal.ino !== String(log.ino)) return { base: journal?.base ?? 0, cut: log.cut }
    if (journal.cut === null || performance.now() >= deadline) return settled(log, journal)
    await sleep(10)
  }
}

/** Reads the history of a log. */
export async function readHistory(log: OpenLog): Promise<History> {
  for (;;) {
    const { base, cut } = await readCuts(log)
    const chapters = placeChapters(log.path, base)
    if (chapters !== undefined && (await readCuts(log)).base === base) return { chapters, base, cut }
  }
}

/** Reads a part of what was cut off. What has been removed meanwhile is left out. */
export async function* readChapters(log: OpenLog, from: number, end: number): AsyncGenerator<Buffer> {
  for (let at = from; at < end; ) {
    const next = (await readHistory(log)).chapters.find(({ to }) => to > at)
    if (next === undefined || next.to > end) return
    yield* readChapter(next, Math.max(0, at - next.from))
    at = next.to
  }
}

/** Finds where the last lines of a history begin. */
export async function findInHistory({ chapters, base }: History, lines: number): Promise<number> {
  let left = lines
  for (const chapter of chapters.toReversed()) {
    const count = await countLines(chapter)
    if (count >= left) return chapter.from + (await findLine(chapter, count - left))
    left -= count
  }
  return chapters[0]?.from ?? base
}

/** What a journal says, with a cut that nobody finishes. Whether it was made is found out once: that reads all of it. */
async function settled(log: OpenLog, { base, start, cut }: Journal): Promise<{ base: number; cut: number }> {
  if (cut !== null) log.unsettled ??= (await wasCut(log.handle, log.path, cut)) ? cut.length : 0
  const now = base + (log.unsettled ?? 0)
  return { base: now, cut: now - start }
}

/** Places the rotated files before a position, the newest last; nothing, when one of them has just gone. */
function placeChapters(path: string, base: number): Chapter[] | undefined {
  const chapters: Chapter[] = []
  try {
    for (const file of listRotated(path).reverse()) {
      const to = chapters[0]?.from ?? base
      chapters.unshift({ ...file, to, from: to - contentSize(file) })
    }
    return chapters
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw notReadable(path, error)
  }
}

/** Reads a chapter from a position in it on. */
async function* readChapter({ path, isCompressed, sequence }: Chapter, from: number): AsyncGenerator<Buffer> {
  const plain = isCompressed ? path.slice(0, -'.gz'.length) : path
  try {
    if (isCompressed) yield* readCompressed(path, from)
    else yield* createReadStream(path, { start: from, highWaterMark: 65_536 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw notReadable(path, error)
    // It was compressed meanwhile, or it has gone.
    if (!isCompressed) yield* readChapter({ path: `${plain}.gz`, isCompressed: true, sequence } as Chapter, from)
  }
}

/** Reads a compressed file from a position in what it holds on. */
async function* readCompressed(path: string, from: number): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 65_536 })
  const source = createReadStream(path).on('error', (error) => gunzip.destroy(error))
  let skip = from
  try {
    for await (const chunk of source.pipe(gunzip) as AsyncIterable<Buffer>) {
      if (skip < chunk.length) yield chunk.subarray(skip)
      skip = Math.max(0, skip - chunk.length)
    }
  } finally {
    source.destroy()
  }
}

/** Counts the lines of a chapter. */
async function countLines(chapter: Chapter): Promise<number> {
  let count = 0
  for await (const bytes of readChapter(chapter, 0)) {
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1
  }
  return count
}

/** Finds where a line of a chapter begins, by its number from 0. */
async function findLine(chapter: Chapter, number: number): Promise<number> {
  let [left, position] = [number, 0]
  if (left === 0) return 0
  for await (const bytes of readChapter(chapter, 0)) {
    for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) {
      left -= 1
      if (left === 0) return position + at + 1
    }
    position += bytes.length
  }
  return position
}

/** The error for a rotated file that can't be read. */
function notReadable(path: string, error: unknown): DaemonicError {
  return new DaemonicError('NOT_READABLE', `The log ${path} can't be read: ${(error as Error).message}`, error)
}
