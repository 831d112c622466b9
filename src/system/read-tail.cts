// CommonJS, because a daemon reads its own last output as well as its launcher does.
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** How much of the last output is told. */
const mostBytes = 8192
const mostLines = 20

/**
 * Reads the last lines that were written to a file from a position on; from its beginning, when it was cut since. '' for what is
 * no file, and when it can't be read.
 * @param file a path, or a descriptor that is open for reading.
 */
export function readTail(file: number | string, from: number): string {
  try {
    const fd = typeof file === 'number' ? file : openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const text = fstatSync(fd, { bigint: true }).isFile() ? readEnd(fd, from) : ''
    if (typeof file === 'string') closeSync(fd)
    return text
  } catch {
    return ''
  }
}

/** Reads the end of an open file. */
function readEnd(fd: number, from: number): string {
  const { size } = fstatSync(fd)
  const start = Math.max(size < from ? 0 : from, size - mostBytes)
  const buffer = Buffer.alloc(size - start)
  return endOf(buffer.subarray(0, readSync(fd, buffer, 0, buffer.length, start)))
}

/** The last lines of what was written. */
export function endOf(bytes: Buffer): string {
  return bytes.subarray(-mostBytes).toString().trimEnd().split('\n').slice(-mostLines).join('\n')
}
