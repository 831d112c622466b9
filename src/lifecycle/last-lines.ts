import { createRequire } from 'node:module'
import type { State } from '../home/records.ts'
import type * as tails from '../system/read-tail.cts'
import type { Lookup } from './look-up.ts'
import { logsOf } from './status.ts'

// Required, and not imported, for the reason that process-table.ts gives.
const { readTail } = createRequire(import.meta.url)('../system/read-tail.cjs') as typeof tails

/** The last lines that a life wrote to its logs, whoever is left of it. */
export function readLastLines(lookup: Lookup, { logsFrom }: State): string {
  return logsOf(lookup)
    .map(({ stream, path }) => readTail(path, stream === 'stderr' ? logsFrom.stderr : logsFrom.stdout))
    .filter((tail) => tail !== '')
    .join('\n')
}
