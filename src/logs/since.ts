import type { History } from './history.ts'
import { readLineTime } from './line-time.ts'

/** Which lines of one log were written since, as far as it was read. */
export interface SinceFilter {
  /** Milliseconds of the wall clock. */
  since: number
  /** Lines before this position are not asked for. */
  from: number
  /** From which positions on lines were written at a time or later, the first one first. */
  marks: { position: number; time: number }[]
  /** How much was read. */
  position: number
  /** When the last line was written, or later. */
  time: number
  /** Was the last block a piece of a line, which goes on? */
  isOpen: boolean
}

/**
 * Begins: with the first of the rotated files that was not cut off before that time. Positions are from now on those of the history. What
 * follows a file that was cut off was written after that, but for the last of it; and what follows the place where the log ended when its
 * writer's present life began, after that.
 * @param from where the lines begin that are asked for.
 */
export function beginSince(filter: SinceFilter, { chapters, base }: History, from: number, life: Life): void {
  const { startedAt = -Infinity, sizeAtStart = Infinity } = life
  const atStart = chapters.findLast(({ cutAt }) => cutAt <= startedAt)?.to ?? chapters[0]?.from ?? base
  const cuts = chapters.map(({ to, cutAt }) => ({ position: to, time: cutAt }))
  filter.from = from
  filter.position = chapters.find(({ cutAt }) => cutAt >= filter.since)?.from ?? base
  filter.marks = [...cuts, { position: atStart + sizeAtStart, time: startedAt }].sort((a, b) => a.position - b.position)
}

/** Keeps the lines of a block that were written since. */
export function keepSince(filter: SinceFilter, block: Buffer): Buffer {
  const kept: Buffer[] = []
  for (let start = 0; start < block.length; ) {
    const end = block.indexOf(10, start) + 1 || block.length
    const line = block.subarray(start, end)
    if (isSince(filter, line)) kept.push(line)
    start = end
  }
  return Buffer.concat(kept)
}

/**
 * Was the next line written since? One that has no time itself was written when the one before it was, or when it is known from elsewhere
 * that all from there on were.
 */
function isSince(filter: SinceFilter, line: Buffer): boolean {
  for (let [mark] = filter.marks; mark !== undefined && filter.position >= mark.position; [mark] = filter.marks) {
    filter.time = Math.max(filter.time, mark.time)
    filter.marks.shift()
  }
  if (!filter.isOpen) filter.time = readLineTime(line) ?? filter.time
  filter.isOpen = line.at(-1) !== 10
  const isAsked = filter.position >= filter.from
  filter.position += line.length
  return isAsked && filter.time >= filter.since
}

/** When the present life of a log's writer began, in milliseconds of the wall clock, and how long the log was then. */
export interface Life {
  startedAt?: number | undefined
  sizeAtStart?: number | undefined
}
