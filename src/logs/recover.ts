import { existsSync, lstatSync, renameSync, rmSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { unfinished } from './copy.ts'
import { type Cut, type Journal, nextJournalOf, readJournal, writeJournal } from './journal.ts'
import type { RotatingLog } from './open-rotating.ts'
import { listRotated, namesBeside, rotatedPath } from './rotated-files.ts'

/** The path of what a cut takes away, until the cut is made. */
export function copyPath(log: string, sequence: number): string {
  return `${rotatedPath(log, sequence)}${unfinished}`
}

/** The path of the unfinished line that a cut leaves in the log, until it is written there again. */
export function restPath(log: string, sequence: number): string {
  return `${rotatedPath(log, sequence)}.rest${unfinished}`
}

/**
 * Brings to its end what a rotation left that was killed, and makes the journal when there is none.
 * Called with the lock of the log held: what makes the cut holds it, too, so that it is not under way any more.
 */
export async function recover(log: RotatingLog): Promise<Journal> {
  const known = readJournal(log.path)
  const settled = known === undefined ? undefined : await settle(log, known)
  const journal = ofThisFile(log, settled)
  removeUnfinished(log.path)
  if (journal !== known) writeJournal(log.path, journal, log.mode)
  return journal
}

/**
 * Was a cut made that its journal does not tell the end of? The log only grows, so that one which is shorter has been cut. In one which is
 * not, what was to be cut off is still at its beginning.
 */
export async function wasCut(file: FileHandle, log: string, { sequence, from, size, length }: Cut): Promise<boolean> {
  if (!existsSync(copyPath(log, sequence)) && listRotated(log).some((one) => one.sequence === sequence)) return true
  if ((await file.stat()).size < size) return true
  const copy = await open(copyPath(log, sequence)).catch(() => undefined)
  if (copy === undefined) return false
  try {
    return !(await isSame(file, from, copy, length - from))
  } finally {
    await copy.close()
  }
}

/** Decides what became of a cut, and finishes it. */
async function settle(log: RotatingLog, journal: Journal): Promise<Journal> {
  const { cut } = journal
  if (cut === null) return journal
  if (!(await wasCut(log.file, log.path, cut))) return { ...journal, cut: null }
  const [copy, rest] = [copyPath(log.path, cut.sequence), restPath(log.path, cut.sequence)]
  const rotated = rotatedPath(log.path, cut.sequence)
  if (existsSync(copy)) {
    const restSize = lstatSync(rest, { throwIfNoEntry: false })?.size ?? 0
    if (restSize > 0 && !(await startsWith(log.file, rest, restSize))) await keepRest(copy, rest, cut)
    renameSync(copy, rotated)
  }
  return afterCut(journal, {
    ...cut,
    length: Math.max(cut.length, lstatSync(rotated, { throwIfNoEntry: false })?.size ?? 0),
  })
}

/** What the journal says once a cut is made. */
export function afterCut(journal: Journal, { sequence, length }: Pick<Cut, 'sequence' | 'length'>): Journal {
  return { ...journal, base: journal.base + length, next: sequence + 1, rotatedAt: Date.now(), cut: null }
}

/** The unfinished line did not get back into the log: it stays at the end of what was cut off. */
async function keepRest(copyFile: string, restFile: string, { length, from }: Cut): Promise<void> {
  const [copy, rest] = await Promise.all([open(copyFile, 'r+'), open(restFile)])
  try {
    // Once more, when this was killed before.
    await copy.truncate(length - from)
    const bytes = await rest.readFile()
    await copy.write(bytes, 0, bytes.length, length - from)
  } finally {
    await Promise.all([copy.close(), rest.close()])
  }
}

/** The journal of the file that the log is now: it may have been moved or removed since, and made anew. */
function ofThisFile(log: RotatingLog, known: Journal | undefined): Journal {
  const ino = String(log.ino)
  const last = listRotated(log.path).at(-1)?.sequence ?? 0
  const next = Math.max(known?.next ?? 1, last + 1)
  if (known?.ino === ino) return next === known.next ? known : { ...known, next }
  const base = known?.base ?? 0
  const { rotatedAt = null, dropped = { files: 0, bytes: 0 } } = known ?? {}
  return { ino, start: base, base, next, rotatedAt, dropped, cut: null }
}

/** Removes what a rotation that was killed had not finished. */
function removeUnfinished(log: string): void {
  for (const name of namesBeside(log)) {
    if (/^\.\d{6,15}(?:\.rest|\.gz)?\.part$/.test(name)) rmSync(`${log}${name}`, { force: true })
    if (/^\.\d{6,15}\.gz$/.test(name)) rmSync(`${log}${name.slice(0, -3)}`, { force: true })
  }
  rmSync(nextJournalOf(log), { force: true })
}

/** Does a file begin with all that another holds? */
async function startsWith(file: FileHandle, path: string, length: number): Promise<boolean> {
  const other = await open(path)
  try {
    return await isSame(file, 0, other, length)
  } finally {
    await other.close()
  }
}

/** Is what one file holds from a position on what another begins with? */
async function isSame(one: FileHandle, from: number, other: FileHandle, length: number): Promise<boolean> {
  const [a, b] = [Buffer.alloc(1024 ** 2), Buffer.alloc(1024 ** 2)]
  for (let at = 0; at < length; at += a.length) {
    const count = Math.min(a.length, length - at)
    await Promise.all([one.read(a, 0, count, from + at), other.read(b, 0, count, at)])
    if (!a.subarray(0, count).equals(b.subarray(0, count))) return false
  }
  return true
}
