import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'

/** How much of the last output an error carries. */
const mostBytes = 8192
const mostLines = 20

/** Reads the last lines that were written to a file from a position on; '' when that can't be read. */
export function readTail(file: number | string, from: number): string {
  try {
    const fd = typeof file === 'number' ? file : openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
    const { size } = fstatSync(fd)
    const start = Math.max(from, size - mostBytes)
    const buffer = Buffer.alloc(Math.max(0, size - start))
    const text = buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start))
    if (typeof file === 'string') closeSync(fd)
    return text.trimEnd().split('\n').slice(-mostLines).join('\n')
  } catch {
    return ''
  }
}
