import { createRequire } from 'node:module'
import type { State } from '../home/records.ts'
import { listRotated, readRotatedSync } from '../logs/rotated-files.ts'
import type * as tails from '../system/read-tail.cts'
import type { Lookup } from './look-up.ts'
import { logsOf } from './status.ts'

// Required, and not imported, for the reason that process-table.ts gives.
const { endOf, readTail } = createRequire(import.meta.url)('../system/read-tail.cjs') as typeof tails

/** The last lines that a life wrote to its logs, whoever is left of it. */
export function readLastLines(lookup: Lookup, { logsFrom, startedAt }: State): string {
  return logsOf(lookup)
    .map(({ stream, path }) => tailOf(path, stream === 'stderr' ? logsFrom.stderr : logsFrom.stdout, startedAt))
    .filter((tail) => tail !== '')
    .join('\n')
}

/** The end of a log, from where it ended when a life began; what has been cut off since is in the newest rotated file. */
function tailOf(path: string, from: number, startedAt: number): string {
  const [newest, ...others] = listRotated(path)
    .filter(({ cutAt }) => cutAt >= startedAt)
    .reverse()
  if (newest === undefined) return readTail(path, from)
  try {
    const before = readRotatedSync(newest).subarray(others.length === 0 ? from : 0)
    return endOf(Buffer.concat([before, Buffer.from(readTail(path, 0))]))
  } catch {
    return readTail(path, 0)
  }
}
