import { rmSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { copyPart, makeBeside } from './copy.ts'
import { findTail } from './find-tail.ts'
import { type Guardian, startGuardian } from './guardian.ts'
import { type Journal, prepareJournal, writeJournal } from './journal.ts'
import type { RotatingLog } from './open-rotating.ts'
import { longestPiece } from './part-lines.ts'
import { afterCut, copyPath, restPath } from './recover.ts'
import { stopWriters } from './stop-writers.ts'

/** So much of the log may be left to copy when its writers are stopped. */
const tailSize = 1024 ** 2

/** How often it is copied what came meanwhile: who writes faster than it can be copied waits for a larger tail. */
const rounds = 8

/**
 * Cuts a whole log off: copies it while it grows, stops its writers for the last of it, empties it, and lets them go on. A line that is
 * not finished stays in the log, unless it is longer than 1 MiB.
 * @param from what comes before is not copied: there is no room for it.
 * @param isLasting has the copy on the disk before it goes from the log. A log of a few seconds is not there yet, either.
 * @returns the journal; nothing, when there is no whole line.
 */
export async function cutStopped(
  log: RotatingLog,
  journal: Journal,
  from: number,
  isLasting: boolean,
): Promise<Journal | undefined> {
  const copy = await makeBeside(log, copyPath(log.path, journal.next))
  const rest = await makeBeside(log, restPath(log.path, journal.next))
  try {
    let copied = await copyMost(log, copy, from, isLasting)
    const guardian = startGuardian(log, journal.next, rest.fd)
    try {
      await stopWriters(log, guardian, async () => {
        copied += await copyPart(log.file, copy, copied, (await log.file.stat()).size, copied - from)
      })
      return await cutNow(log, journal, { copy, rest, from, copied }, guardian)
    } finally {
      await guardian.end()
    }
  } finally {
    await Promise.all([copy.close(), rest.close()])
  }
}

interface Parts {
  copy: FileHandle
  rest: FileHandle
  /** Where in the log the copy begins, and where it ends by now. */
  from: number
  copied: number
}

/** Copies until only little is left. */
async function copyMost({ file }: RotatingLog, copy: FileHandle, from: number, isLasting: boolean): Promise<number> {
  let copied = from
  for (let round = 0; round < rounds; round += 1) {
    const { size } = await file.stat()
    copied += await copyPart(file, copy, copied, size, copied - from)
    if (round === 0 && isLasting) await copy.datasync()
    if ((await file.stat()).size - copied < tailSize) break
  }
  return copied
}

/** Copies the tail, and cuts. Nobody writes to the log meanwhile. */
async function cutNow(
  log: RotatingLog,
  journal: Journal,
  { copy, rest, from, copied }: Parts,
  guardian: Guardian,
): Promise<Journal | undefined> {
  const { size } = await log.file.stat()
  await copyPart(log.file, copy, copied, size, copied - from)
  const line = await findTail(log.file, 0, true)
  const length = size - line > longestPiece ? size : line
  if (length <= from) return undefined
  await copy.truncate(length - from)
  await copyPart(log.file, rest, length, size, 0)
  const cut = { sequence: journal.next, length, from, size }
  writeJournal(log.path, { ...journal, cut }, log.mode)
  const next = afterCut(journal, cut)
  prepareJournal(log.path, next, log.mode)
  if (!(await guardian.cut(size - length))) return undefined
  rmSync(restPath(log.path, journal.next))
  return next
}
