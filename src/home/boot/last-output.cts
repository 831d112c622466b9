import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import type { State } from './state.cts'

/** The last lines that this life wrote to standard output, and to standard error if that goes elsewhere. */
export function readLastOutput({ logsFrom }: State): string {
  const tails = isSameFile(1, 2)
    ? [readTail(1, logsFrom.stdout)]
    : [readTail(1, logsFrom.stdout), readTail(2, logsFrom.stderr)]
  return tails.filter((tail) => tail !== '').join('\n')
}

/** Do two descriptors lead to one file? */
function isSameFile(one: number, other: number): boolean {
  const [a, b] = [fstatSync(one, { bigint: true }), fstatSync(other, { bigint: true })]
  return a.dev === b.dev && a.ino === b.ino
}

/** Reads the end of the file that a descriptor leads to, from a position on; '' where there is none to read. */
function readTail(target: number, from: number): string {
  try {
    if (!fstatSync(target, { bigint: true }).isFile()) return ''
    const fd = openSync(`/dev/fd/${target}`, 'r')
    const { size } = fstatSync(fd)
    const start = Math.max(size < from ? 0 : from, size - 2000)
    const buffer = Buffer.alloc(Math.max(0, size - start))
    const text = buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, start))
    closeSync(fd)
    return text.trimEnd().split('\n').slice(-20).join('\n')
  } catch {
    return ''
  }
}
