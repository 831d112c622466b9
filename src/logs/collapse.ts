import { spawn } from 'node:child_process'
import { statfsSync } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { searchPath } from '../system/file-lock.ts'
import { copyPart, makeBeside } from './copy.ts'
import { type Journal, journalOf, nextJournalOf, prepareJournal, writeJournal } from './journal.ts'
import type { RotatingLog } from './open-rotating.ts'
import { afterCut, copyPath } from './recover.ts'
import { rotatedPath } from './rotated-files.ts'

/** File systems that can take whole blocks away from the head of a file: ext4, xfs, f2fs (statfs(2)). */
const collapsing = [0xef53, 0x58465342, 0xf2f52010]

/**
 * The cut, and that it was made: a process of its own, so that both are done, whoever is killed meanwhile. It has the lock of the log, at 3.
 * The log is reached by that descriptor, and the files by the open folder, which is the working directory.
 */
const script = `fallocate --collapse-range --offset 0 --length "$1" /proc/self/fd/3 && mv -f "$2" "$3" && mv -f "$4" "$5"`

/**
 * Cuts the head of a log off where a block ends with a line: the kernel takes these blocks away in one go, between two writes.
 * @param most how much at the most.
 * @returns the journal; nothing, when there is no such place, or the file system does not do it.
 */
export async function cutByCollapse(log: RotatingLog, journal: Journal, most: number): Promise<Journal | undefined> {
  const { type, bsize } = statfsSync(log.path)
  if (!collapsing.includes(type)) return undefined
  const { size } = await log.file.stat()
  const length = await findCut(log.file, Math.min(most, size - 1), bsize)
  if (length === undefined) return undefined
  await copyHead(log, copyPath(log.path, journal.next), length)
  // What is not on the disk yet the kernel writes while the writers wait: the less, the better.
  await log.file.datasync()
  const cut = { sequence: journal.next, length, from: 0, size }
  writeJournal(log.path, { ...journal, cut }, log.mode)
  const next = afterCut(journal, cut)
  prepareJournal(log.path, next, log.mode)
  return (await collapse(log, journal.next, length)) ? next : undefined
}

/** Finds the last end of a block that is the end of a line, in the second half of what may be cut: smaller pieces are not worth a file. */
async function findCut(file: FileHandle, most: number, block: number): Promise<number | undefined> {
  const byte = Buffer.alloc(1)
  for (let at = Math.floor(most / block) * block; at > 0 && at >= most / 2; at -= block) {
    await file.read(byte, 0, 1, at - 1)
    if (byte[0] === 10) return at
  }
  return undefined
}

/** Copies what will be cut off, and has it on the disk before it goes from the log. */
async function copyHead(log: RotatingLog, path: string, length: number): Promise<void> {
  const copy = await makeBeside(log, path)
  try {
    await copyPart(log.file, copy, 0, length, 0)
    await copy.datasync()
  } finally {
    await copy.close()
  }
}

/** Makes the cut; false when it was not made. */
function collapse({ path, file, folder }: RotatingLog, sequence: number, length: number): Promise<boolean> {
  const names = [copyPath(path, sequence), rotatedPath(path, sequence), nextJournalOf(path), journalOf(path)]
  const child = spawn('/bin/sh', ['-c', script, 'daemonic', String(length), ...names.map(nameOf)], {
    cwd: `/proc/self/fd/${folder.fd}`,
    detached: true,
    stdio: ['ignore', 'ignore', 'ignore', file.fd],
    env: { PATH: searchPath() },
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code === 0))
  })
}

/** The name of a file in the working directory, which no command takes for an option. */
export function nameOf(path: string): string {
  return `./${path.slice(path.lastIndexOf('/') + 1)}`
}
