import { closeSync, constants, lstatSync, openSync, readdirSync, readFileSync, readSync, type Stats } from 'node:fs'
import { basename, dirname } from 'node:path'
import { gunzipSync } from 'node:zlib'

/** A file that was cut off from a log. */
export interface RotatedFile {
  path: string
  sequence: number
  isCompressed: boolean
  /** What it takes on the disk, and when it was cut off, in milliseconds of the wall clock. */
  size: number
  cutAt: number
}

/** The path of a rotated file that is not compressed. Numbers only grow, so that nothing is ever overwritten. */
export function rotatedPath(log: string, sequence: number): string {
  return `${log}.${String(sequence).padStart(6, '0')}`
}

/** Lists the rotated files of a log, the oldest first. A file that is there in both forms is listed once: it is just compressed. */
export function listRotated(log: string): RotatedFile[] {
  const found = new Map<number, RotatedFile>()
  for (const name of namesBeside(log)) {
    const [, digits, gz] = /^\.(\d{6,15})(\.gz)?$/.exec(name) ?? []
    const path = `${log}${name}`
    const stats = digits === undefined ? undefined : lookAt(path)
    if (stats === undefined || (gz !== undefined && found.has(Number(digits)))) continue
    const isCompressed = gz !== undefined
    found.set(Number(digits), { path, sequence: Number(digits), isCompressed, size: stats.size, cutAt: stats.mtimeMs })
  }
  return [...found.values()].sort((one, other) => one.sequence - other.sequence)
}

/** What follows the log's own name in the names beside it; sorted, so that the plain form of a file comes before the compressed one. */
export function namesBeside(log: string): string[] {
  const name = basename(log)
  try {
    const names = readdirSync(dirname(log)).filter((one) => one.startsWith(name))
    return names.map((one) => one.slice(name.length)).sort()
  } catch (error) {
    // Its folder may have been removed, or may be one in which this user only knows the log.
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return []
    throw error
  }
}

/** How many bytes of the log a rotated file holds; of a compressed one that is what its last four bytes tell (RFC 1952). */
export function contentSize({ path, isCompressed, size }: RotatedFile): number {
  if (!isCompressed) return size
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const end = Buffer.alloc(4)
    return readSync(fd, end, 0, 4, size - 4) === 4 ? end.readUInt32LE() : 0
  } finally {
    closeSync(fd)
  }
}

/** Reads what a rotated file holds. */
export function readRotatedSync({ path, isCompressed }: RotatedFile): Buffer {
  const bytes = readFileSync(path)
  return isCompressed ? gunzipSync(bytes) : bytes
}

/** Looks at what should be a file; nothing when it is none, or gone. */
function lookAt(path: string): Stats | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats?.isFile() ? stats : undefined
}
