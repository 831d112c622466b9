import { fstatSync } from 'node:fs'
import { readTail } from '../../system/read-tail.cjs'
import type { State } from './state.cts'

/** The last lines that this life wrote to standard output, and to standard error if that goes elsewhere. */
export function readLastOutput({ logsFrom }: State): string {
  // The descriptors themselves are open for writing only.
  const tails = [readTail('/dev/fd/1', logsFrom.stdout)]
  if (!isSameFile(1, 2)) tails.push(readTail('/dev/fd/2', logsFrom.stderr))
  return tails.filter((tail) => tail !== '').join('\n')
}

/** Do two descriptors lead to one file? */
function isSameFile(one: number, other: number): boolean {
  const [a, b] = [fstatSync(one, { bigint: true }), fstatSync(other, { bigint: true })]
  return a.dev === b.dev && a.ino === b.ino
}
