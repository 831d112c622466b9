import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type * as pages from './kept-page.cts'
import { livingProcess, readSeen, type State } from './records.ts'

// Required, and not imported, for the reason that process-table.ts gives.
const require = createRequire(import.meta.url)

export type KeptPage = pages.KeptPage

/** The name of the keeper's own daemon in its home. */
const keeperName: string = (require('./kept-page.cjs') as typeof pages).keeperName

/** What the keeper of a home says of a daemon that it keeps; nothing when it keeps it not, or is not there. */
export function readKeptPage(folder: string, seen: State | undefined): KeptPage | undefined {
  if (seen?.isKept !== true || !isKeeperThere(dirname(folder))) return undefined
  return (require('./kept-page.cjs') as typeof pages).readKept(folder)
}

/** Is there a keeper in a home? */
export function isKeeperThere(home: string): boolean {
  return livingProcess(readSeen(join(home, keeperName))) !== undefined
}

/** Was there a keeper in this run of the system, that nobody has stopped, and that has not ended by itself? */
export function isKeeperLost(home: string): boolean {
  const seen = readSeen(join(home, keeperName))
  if (typeof seen !== 'object' || livingProcess(seen) !== undefined) return false
  return seen.phase === 'running' && isOfThisRun(seen)
}

/** Began it in this run of the system? */
function isOfThisRun({ process }: State): boolean {
  const { bootId } = require('../system/identity.cjs') as typeof import('../system/identity.cts')
  return process.boot === bootId()
}
