import { findStart } from './find-start.ts'
import { readHistory } from './history.ts'
import { keepMatching } from './matching.ts'
import { type OpenLog, openLog, seek } from './open-log.ts'
import { longestPiece, partLines } from './part-lines.ts'
import { readRest } from './read-more.ts'
import type { ReadOptions } from './read-options.ts'
import { beginSince, keepSince, type Life, type SinceFilter } from './since.ts'

/** A log to be read. */
export interface LogFile<Label> extends Life {
  path: string
  /** What its lines are told apart by. */
  label: Label
}

/** Whole lines of one log with their newlines, or a piece of a line that is longer than 1 MiB. */
export interface LogBlock<Label> {
  label: Label
  bytes: Buffer
}

/** A log that is being read. */
export interface Reading<Label> {
  file: LogFile<Label>
  /** The files that the path led to, the oldest first; all but the last have been renamed or removed. */
  logs: OpenLog[]
  /** The beginning of a line that is not finished, in the pieces that it came in. */
  rest: Buffer[]
  filter: SinceFilter | undefined
  grep: RegExp | undefined
}

/** Begins to read a log. */
export function makeReading<Label>(file: LogFile<Label>, { since, grep }: ReadOptions): Reading<Label> {
  const filter =
    since === undefined ? undefined : { since, from: 0, marks: [], position: 0, time: -Infinity, isOpen: false }
  return { file, logs: [], rest: [], filter, grep }
}

/** Reads the last lines, also those that have been cut off. */
export async function* readLast<Label>(reading: Reading<Label>, options: ReadOptions): AsyncGenerator<LogBlock<Label>> {
  const log = await openLog(reading.file.path)
  if (log === undefined) return
  reading.logs.push(log)
  const history = await readHistory(log)
  const from = await findStart(log, history, options)
  log.cut = history.cut
  const { filter } = reading
  if (filter !== undefined) beginSince(filter, history, from, reading.file)
  // The time of a line may be the one of any line before it: all are read that may have one.
  await goTo(log, (filter?.position ?? from) - history.base)
  yield* readFile(reading, log)
}

/** Goes to a position, which may be in what was cut off. */
async function goTo(log: OpenLog, position: number): Promise<void> {
  await seek(log, Math.max(0, position))
  log.position = Math.min(log.position, position)
}

/**
 * Reads what is new. When the path leads to another file, the old one is read on until there is something in the new one: who
 * writes has the old one open until then.
 */
export async function* readNew<Label>(reading: Reading<Label>): AsyncGenerator<LogBlock<Label>> {
  const { file, logs } = reading
  // A file that is being rotated may not be readable yet: it is tried again.
  const next = await openLog(file.path, logs).catch(() => undefined)
  if (next !== undefined) logs.push(next)
  for (let isOver = true; isOver; ) {
    const [log, ...later] = logs
    if (log === undefined) return
    isOver = await hasContent(later)
    yield* readFile(reading, log)
    if (isOver) await closeFirst(reading)
  }
}

/** Gives the beginning of a line that was held back. */
export function* flush<Label>(reading: Reading<Label>): Generator<LogBlock<Label>> {
  const bytes = Buffer.concat(reading.rest)
  reading.rest = []
  yield* filterBlock(reading, bytes)
  if (reading.filter !== undefined) reading.filter.isOpen = false
}

/** Closes all that is open. */
export async function closeReading<Label>(reading: Reading<Label>): Promise<void> {
  while (reading.logs.length > 0) await closeFirst(reading)
}

/** Reads what is there of one file, in whole lines. */
async function* readFile<Label>(reading: Reading<Label>, log: OpenLog): AsyncGenerator<LogBlock<Label>> {
  for await (const bytes of readRest(log)) {
    const isBeginning = log.position === bytes.length
    if (isBeginning) yield* flush(reading)
    reading.rest.push(bytes)
    // Put together only when there is something to give: a long line would be copied with every piece that it comes in.
    if (!bytes.includes(10) && sizeOf(reading.rest) <= longestPiece) continue
    const { blocks, rest } = partLines(Buffer.concat(reading.rest))
    // Copied, so that what was given out is not held on to.
    reading.rest = rest.length === 0 ? [] : [Buffer.from(rest)]
    for (const block of blocks) yield* filterBlock(reading, block)
  }
}

/** How many bytes these are. */
function sizeOf(pieces: readonly Buffer[]): number {
  return pieces.reduce((sum, { length }) => sum + length, 0)
}

/** Gives what is asked for of a block. */
function* filterBlock<Label>({ file, filter, grep }: Reading<Label>, block: Buffer): Generator<LogBlock<Label>> {
  const since = filter === undefined ? block : keepSince(filter, block)
  const bytes = grep === undefined ? since : keepMatching(grep, since)
  if (bytes.length > 0) yield { label: file.label, bytes }
}

/** Is there something in one of these files? */
async function hasContent(logs: readonly OpenLog[]): Promise<boolean> {
  const stats = await Promise.all(logs.map(({ handle }) => handle.stat()))
  return stats.some(({ size }) => size > 0)
}

/** Closes the oldest file. */
async function closeFirst<Label>({ logs }: Reading<Label>): Promise<void> {
  await logs.shift()?.handle.close()
}
