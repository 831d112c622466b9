import { createRequire } from 'node:module'
import { readKeptPage } from '../home/kept.ts'
import type { LastEnd } from '../home/kept-page.cts'
import type * as clock from '../system/clock.cts'
import { type Lookup, stateOf } from './look-up.ts'

// Required, and not imported, for the reason that process-table.ts gives.
const { now } = createRequire(import.meta.url)('../system/clock.cjs') as typeof clock

/** How a daemon is kept. */
export interface KeepStatus {
  /** Is its keeper there? */
  isWatched: boolean
  restart: string
  backoff: { from: number; to: number; factor: number; jitter: boolean }
  restartLimit: { restarts: number; within: number; then: string }
  stableAfter: number
  success: { exitCodes: readonly number[]; signals: readonly string[] }
  /** How many times in a row it was started again without running long enough since to count as stable. */
  tries: number
  /** In how many milliseconds it is started again; null when that is not to come. */
  startsIn: number | null
  /** How it ended before it was started again last, or why it was ended, or could not be started. */
  last: { code: number | null; signal: string | null; at: string; why: string | null; output: string } | null
}

/** How it is kept. */
export function keepOf(lookup: Lookup): KeepStatus | null {
  const { kept } = lookup.declared ?? {}
  if (kept === undefined) return null
  const page = readKeptPage(lookup.folder, stateOf(lookup))
  const { due = null, last = null, history } = page ?? {}
  return {
    ...(kept as Pick<KeepStatus, 'restart' | 'backoff' | 'restartLimit' | 'stableAfter' | 'success'>),
    isWatched: page !== undefined,
    tries: history?.tries ?? 0,
    startsIn: due === null ? null : Math.max(0, Math.round(due - now())),
    last: last && describe(last),
  }
}

/** How it ended, with the time as text. */
function describe({ code, signal, at, why, output }: LastEnd): KeepStatus['last'] {
  return { code, signal, at: new Date(at).toISOString(), why, output }
}

/** Has the keeper of a daemon that ended anything to do with it yet? */
export function goesOn(lookup: Lookup): boolean {
  const state = stateOf(lookup)
  const page = readKeptPage(lookup.folder, state)
  if (page === undefined || state?.phase === 'stopped' || page.phase === 'given up') return false
  return page.phase !== 'down' || (page.instance !== state?.instance && state?.readyAfter !== null)
}
