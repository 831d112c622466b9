// The first line of user code: says when it ran, by the clock that all processes of the machine share.
import { renameSync, writeFileSync } from 'node:fs'

/** Writes the moment, in nanoseconds, to the file that the first argument names. */
export function firstLine(): void {
  const now = process.hrtime.bigint()
  const path = process.argv[2] ?? ''
  writeFileSync(`${path}.new`, String(now))
  renameSync(`${path}.new`, path)
}
