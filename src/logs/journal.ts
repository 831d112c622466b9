import { closeSync, constants, fstatSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs'

/** A cut that is under way: from when it is written here until the file `next` takes this one's place, nobody knows whether it was made. */
export interface Cut {
  /** The number of the file that gets what is cut off. */
  sequence: number
  /** How much is cut off, from where on that is copied, and how long the log was just before. */
  length: number
  from: number
  size: number
}

/**
 * What is remembered of the rotations of a log, in a file beside it. Positions are counted from the first byte that was ever written to
 * the log: where a reader is stays the same when the log is cut.
 */
export interface Journal {
  /** The file that all of this is about. */
  ino: string
  /** The position of its first byte ever, and of the byte that is its first one now. */
  start: number
  base: number
  /** The number of the next rotated file. */
  next: number
  /** When it was rotated last, in milliseconds of the wall clock. */
  rotatedAt: number | null
  /** What had to go for want of room, before its time. */
  dropped: { files: number; bytes: number }
  cut: Cut | null
}

/** The journal of a log, as a path or a name. */
export function journalOf(log: string): string {
  return `${log}.rotation`
}

/** Where its successor waits. */
export function nextJournalOf(log: string): string {
  return `${journalOf(log)}.new`
}

/** Reads the journal of a log; nothing when there is none, and for what is none. */
export function readJournal(log: string): Journal | undefined {
  let fd: number | undefined
  try {
    fd = openSync(journalOf(log), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const journal: unknown = fstatSync(fd, { bigint: true }).isFile() ? JSON.parse(readFileSync(fd, 'utf8')) : undefined
    return isJournal(journal) ? journal : undefined
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Replaces the journal of a log. */
export function writeJournal(log: string, journal: Journal, mode: number): void {
  prepareJournal(log, journal, mode)
  renameSync(nextJournalOf(log), journalOf(log))
}

/** Writes what will be the journal once it is renamed: then that takes no room on the disk any more. */
export function prepareJournal(log: string, journal: Journal, mode: number): void {
  const path = nextJournalOf(log)
  rmSync(path, { force: true })
  const fd = openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, mode)
  try {
    writeSync(fd, `${JSON.stringify(journal)}\n`)
  } finally {
    closeSync(fd)
  }
}

/** Has it the shape that is relied on? Somebody may have edited it. */
function isJournal(value: unknown): value is Journal {
  if (typeof value !== 'object' || value === null) return false
  const { ino, start, base, next, rotatedAt, dropped, cut } = value as Partial<Journal>
  const numbers = [start, base, next, rotatedAt ?? 0, dropped?.files, dropped?.bytes]
  const ofCut = cut === null ? [] : [cut?.sequence, cut?.length, cut?.from, cut?.size]
  return typeof ino === 'string' && [...numbers, ...ofCut].every((one) => Number.isSafeInteger(one))
}
