import type { Rotation } from '../options/types.ts'
import { cutByCollapse } from './collapse.ts'
import { compressRotated } from './compress.ts'
import { cutStopped } from './cut-stopped.ts'
import { findLineStart } from './find-tail.ts'
import type { Journal } from './journal.ts'
import { closeRotating, isInPlace, openRotating, type RotatingLog, refusal } from './open-rotating.ts'
import { recover } from './recover.ts'
import { dropOldest, keepWithin } from './room.ts'
import { findLogWriters } from './stop-writers.ts'

/** What came of a rotation. */
export interface Rotated {
  /** How many files and bytes were cut off. */
  files: number
  bytes: number
  /** What had to go for want of room, since the log was first rotated. */
  dropped: { files: number; bytes: number }
}

/** A log that has to be rotated within this time, or again, grows too fast to take pains with what will soon be gone, in milliseconds. */
export const usualCalm = 5000

/** Does a log grow that fast? */
function isFast({ born }: RotatingLog, { rotatedAt }: Journal, calm: number): boolean {
  return Math.abs(Date.now() - Math.max(born, rotatedAt ?? 0)) < calm
}

const nothing: Rotated & { isLeft: boolean } = { files: 0, bytes: 0, dropped: { files: 0, bytes: 0 }, isLeft: false }

/**
 * Rotates a log, while others write to it: no line is lost, none is there twice, and none is cut in two.
 * @param options.whole whether all of it is cut off, whatever its size, or only as much that it is no larger than it should be.
 * @param options.calm how long ago it must have been made, or rotated, to do it with care for the disk, in milliseconds.
 * @returns also, whether there is something left to compress once it grows more slowly.
 * @throws {DaemonicError} NOT_ROTATED, which says why; nothing of the log is lost then.
 */
export async function rotateLog(
  path: string,
  rotation: Rotation,
  { whole = true, calm = usualCalm }: { whole?: boolean; calm?: number } = {},
): Promise<Rotated & { isLeft: boolean }> {
  const log = await openRotating(path)
  if (log === undefined) return nothing
  try {
    const before = await recover(log)
    // Before it is copied; one that grows fast can't wait for that, and they are looked at once more anyway.
    if (whole || !isFast(log, before, calm)) findLogWriters(log)
    const isDue = async (): Promise<boolean> => (await log.file.stat()).size > rotation.size
    const plan = { ...rotation, calm }
    const cut = await (whole ? cutOnce(log, before, plan, cutWhole) : cutWhileDue(log, before, plan, isDue))
    const { next, base, dropped } = keepWithin(log, cut, rotation, 0)
    const growsOn = !whole && next > before.next && isFast(log, before, calm)
    const isLeft = rotation.compress && (growsOn || !(await compressRotated(log, rotation, isDue)))
    return { files: next - before.next, bytes: base - before.base, dropped, isLeft }
  } finally {
    await closeRotating(log)
  }
}

/** Cuts one piece after the other off, as long as the log is too large. */
async function cutWhileDue(
  log: RotatingLog,
  before: Journal,
  plan: Plan,
  isDue: () => Promise<boolean>,
): Promise<Journal> {
  let journal = before
  while (await isDue()) {
    const next = await cutOnce(log, journal, plan, cutPiece)
    if (next.next === journal.next) return next
    journal = next
  }
  return journal
}

type Plan = Rotation & { calm: number }
type CutPart = (log: RotatingLog, journal: Journal, plan: Plan) => Promise<Journal | undefined>

/** Makes one cut; on a full disk the oldest rotated file goes, and it is tried again. The same journal, when there is nothing to cut. */
async function cutOnce(log: RotatingLog, journal: Journal, plan: Plan, cut: CutPart): Promise<Journal> {
  if (!isInPlace(log)) throw refusal(log.shown, 'somebody has just moved or removed it')
  const { size } = await log.file.stat()
  const known = keepWithin(log, journal, plan, size)
  try {
    return (await cut(log, known, plan)) ?? (await recover(log))
  } catch (error) {
    const settled = await recover(log).catch(() => known)
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    const roomier = dropOldest(log, settled)
    if (roomier === undefined)
      throw refusal(log.shown, 'its disk is full (ENOSPC); it is tried again when there is room', error)
    return cutOnce(log, roomier, plan, cut)
  }
}

/** Cuts as much off as one file should have. A log that grows fast is cut off as a whole: it does not wait for the disk then. */
const cutPiece: CutPart = async (log, journal, plan) => {
  const next = isFast(log, journal, plan.calm) ? undefined : await cutByCollapse(log, journal, plan.size)
  return next ?? cutWhole(log, await recover(log), plan)
}

/** Cuts all of it off; what is more than half of all room is not copied, but dropped. */
const cutWhole: CutPart = async (log, journal, { size, total, calm }) => {
  const isLasting = !isFast(log, journal, calm)
  const from = (await log.file.stat()).size - Math.max(size, Math.floor(total / 2))
  if (from <= 0) return cutStopped(log, journal, 0, isLasting)
  const start = await findLineStart(log.file, from)
  const { files, bytes } = journal.dropped
  return cutStopped(log, { ...journal, dropped: { files, bytes: bytes + start } }, start, isLasting)
}
