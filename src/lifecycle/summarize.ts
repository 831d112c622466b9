// What a listing tells. A file of its own, with few imports: it is on the clock of who looks often.

import { readKeptPage } from '../home/kept.ts'
import type { State } from '../home/records.ts'
import { bootId, type ProcessRow, readProcessTable, startOf, uptime } from '../system/process-table.ts'
import { type Lookup, recordedLife, stateOf } from './look-up.ts'
import { close, type Life } from './tree.ts'

/**
 * What a daemon is doing. running: it is ready. starting: not yet. stopped: somebody stopped it. ended: it ended by itself, with
 * exit code 0. died: it ended in any other way, or nobody knows how. failed: it did not become ready. new: it never ran. waiting: it
 * ended, and its keeper will start it again. 'given up': it failed too often for that.
 */
export type DaemonPhase =
  | 'running'
  | 'starting'
  | 'stopped'
  | 'ended'
  | 'died'
  | 'failed'
  | 'new'
  | 'waiting'
  | 'given up'

/** What a listing tells of a daemon. */
export interface DaemonSummary {
  name: string
  kind: State['kind'] | 'unknown'
  state: DaemonPhase
  /** The main process, while it lives. */
  pid: number | null
  /** How long the main process runs, in milliseconds; null when it does not. */
  uptime: number | null
  /** Processor time of all its processes, in milliseconds. */
  cpu: number | null
  /** Resident memory of all its processes, in bytes; what they share is counted in each. */
  memory: number | null
  /** How many processes it has. */
  processes: number
  restarts: number
}

/** Summarizes daemons, with one look at the processes of the machine. */
export async function summarize(lookups: readonly Lookup[]): Promise<DaemonSummary[]> {
  const isDamaged = lookups.some(({ seen }) => seen === 'garbage')
  const recovered = isDamaged ? (await import('./recover-life.ts')).recoverLives() : new Map<string, Life>()
  const lives = lookups.map((lookup) => quickLife(lookup, recovered))
  const table = lives.some((life) => life !== undefined) ? readProcessTable() : new Map<number, ProcessRow>()
  return lookups.map((lookup, index) => {
    const life = lives[index]
    const main = findMain(life, table)
    return summarizeOne(lookup, main, main === undefined ? [] : shortTree(main, life, table))
  })
}

/** Summarizes one daemon. */
export function summarizeOne(lookup: Lookup, row: ProcessRow | undefined, tree: readonly ProcessRow[]): DaemonSummary {
  const state = stateOf(lookup)
  const main = row !== undefined && (state === undefined || state.process.start === row.start) ? row : undefined
  return {
    name: lookup.name,
    kind: state?.kind ?? lookup.declared?.kind ?? 'unknown',
    state: keptPhase(lookup, phaseOf(lookup, main !== undefined)),
    pid: main?.pid ?? null,
    uptime: main === undefined ? null : Math.max(0, Math.round(uptime() - startOf(main))),
    cpu: main === undefined ? null : sum(tree, 'cpu'),
    memory: main === undefined ? null : sum(tree, 'memory'),
    processes: tree.length,
    restarts: state?.restarts ?? 0,
  }
}

/** The life that may go on: what is recorded as over needs no look at the processes. */
function quickLife({ seen, folder }: Lookup, recovered: Map<string, Life>): Life | undefined {
  if (seen === 'garbage') return recovered.get(folder)
  if (seen === undefined || seen.process.boot !== bootId()) return undefined
  return ['stopped', 'failed', 'ended'].includes(seen.phase) ? undefined : recordedLife(seen)
}

/** The main process of a life, when it lives. */
function findMain(life: Life | undefined, table: Map<number, ProcessRow>): ProcessRow | undefined {
  const row = life?.main && table.get(life.main.pid)
  return row?.start === life?.main?.start ? row : undefined
}

/** The processes of a daemon without those that hide in sessions of orphans: to find these, all environments have to be read. */
function shortTree(main: ProcessRow, life: Life | undefined, table: Map<number, ProcessRow>): ProcessRow[] {
  return close([main], [...table.values()], life?.session)
}

/** Adds up one figure. */
function sum(rows: readonly ProcessRow[], figure: 'cpu' | 'memory'): number {
  return rows.reduce((total, row) => total + row[figure], 0)
}

/** What it is doing when its keeper has a say in that. */
function keptPhase({ folder, seen }: Lookup, phase: DaemonPhase): DaemonPhase {
  if (typeof seen !== 'object' || seen.isKept !== true || !['died', 'ended', 'failed'].includes(phase)) return phase
  const kept = readKeptPage(folder, seen)?.phase
  return kept === 'waiting' || kept === 'given up' ? kept : kept === 'starting' ? 'starting' : phase
}

/** What a daemon is doing, from what is recorded and whether it lives. */
function phaseOf({ seen }: Lookup, lives: boolean): DaemonPhase {
  if (seen === undefined) return lives ? 'running' : 'new'
  if (seen === 'garbage') return lives ? 'running' : 'died'
  if (lives) return seen.phase === 'starting' ? 'starting' : 'running'
  if (seen.phase === 'stopped' || seen.phase === 'failed') return seen.phase
  if (seen.phase === 'starting') return 'failed'
  return seen.exit?.code === 0 ? 'ended' : 'died'
}
