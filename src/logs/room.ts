import { fstatSync, rmSync } from 'node:fs'
import type { Rotation } from '../options/types.ts'
import { type Journal, writeJournal } from './journal.ts'
import type { RotatingLog } from './open-rotating.ts'
import { listRotated, type RotatedFile } from './rotated-files.ts'

/**
 * Removes the oldest rotated files until there are no more than are to be kept, and there is room for more bytes within what all may take
 * together, the log itself included.
 * @returns the journal, in which stands what went only for want of room.
 */
export function keepWithin(log: RotatingLog, journal: Journal, { keep, total }: Rotation, more: number): Journal {
  const files = listRotated(log.path)
  for (const { path } of files.splice(0, Math.max(0, files.length - keep))) rmSync(path, { force: true })
  let known = journal
  while (files.length > 0 && sizeOf(files) + fstatSync(log.file.fd).size + more > total) {
    known = drop(log, known, files.shift() as RotatedFile)
  }
  return known
}

/** Removes the oldest rotated file; nothing, when there is none. */
export function dropOldest(log: RotatingLog, journal: Journal): Journal | undefined {
  const [oldest] = listRotated(log.path)
  return oldest && drop(log, journal, oldest)
}

/** How much files take together. */
export function sizeOf(files: readonly RotatedFile[]): number {
  return files.reduce((sum, { size }) => sum + size, 0)
}

/** Removes a file, and counts it. */
function drop(log: RotatingLog, journal: Journal, { path, size }: RotatedFile): Journal {
  rmSync(path, { force: true })
  const { files, bytes } = journal.dropped
  const next = { ...journal, dropped: { files: files + 1, bytes: bytes + size } }
  writeJournal(log.path, next, log.mode)
  return next
}
