import { readLineTime } from './line-time.ts'

/** Which lines of one log were written since, as far as it was read. */
export interface SinceFilter {
  /** Milliseconds of the wall clock. */
  since: number
  /** Lines before this position are not asked for. */
  from: number
  /** From this position on, lines were written at `startedAt` or later. */
  sizeAtStart: number
  startedAt: number
  /** How much was read. */
  position: number
  /** When the last line was written, or later. */
  time: number
  /** Was the last block a piece of a line, which goes on? */
  isOpen: boolean
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
 * Was the next line written since? One that has no time itself was written when the one before it was, and the first one of
 * the daemon's present life when that began.
 */
function isSince(filter: SinceFilter, line: Buffer): boolean {
  if (filter.position >= filter.sizeAtStart) {
    filter.time = Math.max(filter.time, filter.startedAt)
    filter.sizeAtStart = Infinity
  }
  if (!filter.isOpen) filter.time = readLineTime(line) ?? filter.time
  filter.isOpen = line.at(-1) !== 10
  const isAsked = filter.position >= filter.from
  filter.position += line.length
  return isAsked && filter.time >= filter.since
}
