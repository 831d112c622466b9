import { statSync } from 'node:fs'
import { getPriority } from 'node:os'
import { dirname } from 'node:path'
import { isKeeperThere } from '../home/kept.ts'
import type { Exit } from '../home/records.ts'
import { readGiven } from '../options/read-given.ts'
import type { Readiness, StartOptions } from '../options/types.ts'
import { readProcessTable } from '../system/process-table.ts'
import { type KeepStatus, keepOf } from './keep-status.ts'
import { type Lookup, lifeOf, stateOf } from './look-up.ts'
import { stopPlanOf } from './stop-plan.ts'
import { type DaemonSummary, summarizeOne } from './summarize.ts'
import { findTree } from './tree.ts'

/** All there is to know of a daemon. Environment values are never told. */
export interface DaemonStatus extends DaemonSummary {
  folder: string
  /** What runs: a module or a command and its arguments, or the program that made itself a daemon. */
  command: string[] | null
  workingDir: string | null
  /** Names of the variables that it was given. */
  env: string[]
  envFile: string | null
  user: string | number | null
  /** When it was started last, by the wall clock (ISO 8601). */
  startedAt: string | null
  ready: Readiness | null
  /** How long it took to become ready, in milliseconds. */
  readyAfter: number | null
  /** How it ended last; null while it runs. A code and a signal that are both null: exit unknown. */
  exit: { code: number | null; signal: string | null; at: string; output: string } | null
  logs: { stream: 'stdout' | 'stderr' | 'stdout and stderr'; path: string; size: number | null }[]
  /** What it wrote, this time, that could not be written to its log; null when that is nothing, and for a command, which nobody can know of. */
  lost: { lines: number; bytes: number; since: string; code: string } | null
  stop: { signal: string; timeout: number; scope: string }
  limits: unknown
  /** How it is kept; null when it is not. */
  keep: KeepStatus | null
  nice: number | null
  interpreter: { path: string; version: string; exists: boolean } | null
  pids: number[]
  /** What is not as it should be, in sentences. */
  problems: string[]
}

/** Tells all there is to know of one. */
export async function readStatus(lookup: Lookup): Promise<DaemonStatus> {
  const table = readProcessTable()
  const state = stateOf(lookup)
  const life = await lifeOf(lookup)
  const tree = life === undefined ? [] : findTree(life, table)
  const summary = summarizeOne(lookup, life?.main && table.get(life.main.pid), tree)
  const pids = tree.map(({ pid }) => pid)
  const options = lookup.declared?.options ?? {}
  const { signal, timeout, scope } = stopPlanOf(lookup)
  return {
    ...summary,
    folder: lookup.folder,
    command: commandOf(lookup),
    workingDir: textOf(options['workingDir']),
    env: Object.keys((options['env'] as object | undefined) ?? {}),
    envFile: textOf(options['envFile']),
    user: (options['user'] as string | number | undefined) ?? null,
    startedAt: state === undefined ? null : new Date(state.startedAt).toISOString(),
    ready: readinessOf(lookup),
    readyAfter: state?.readyAfter ?? null,
    exit: summary.pid !== null || state === undefined ? null : describeExit(state.exit),
    logs: logsOf(lookup),
    lost: state?.lost === undefined ? null : { ...state.lost, since: new Date(state.lost.since).toISOString() },
    stop: { signal, timeout, scope },
    limits: options['limits'] ?? null,
    keep: keepOf(lookup),
    nice: summary.pid === null ? null : niceOf(summary.pid),
    interpreter: state === undefined ? null : { ...state.interpreter, exists: exists(state.interpreter.path) },
    pids: pids.sort((a, b) => a - b),
    problems: problemsOf(lookup, summary, pids),
  }
}

/** The niceness of a process; nothing when it has just ended. */
function niceOf(pid: number): number | null {
  try {
    return getPriority(pid)
  } catch {
    return null
  }
}

/** Describes an exit, with the time as text. */
function describeExit(exit: Exit | null): DaemonStatus['exit'] {
  return exit === null ? null : { ...exit, at: new Date(exit.at).toISOString() }
}

/** What runs, as words. */
function commandOf({ declared }: Lookup): string[] | null {
  if (declared === undefined) return null
  const { module, command, args = [] } = declared.options as unknown as StartOptions
  if (declared.kind === 'program') return [...(declared.rerun?.args ?? [])]
  return module === undefined ? [...(command ?? [])] : [String(module), ...args]
}

/** When it is ready. */
function readinessOf({ declared }: Lookup): Readiness | null {
  try {
    return readGiven({ ready: declared?.options['ready'] }).ready ?? (declared === undefined ? null : { kind: 'auto' })
  } catch {
    return null
  }
}

/** The log files of a daemon, with their sizes. */
export function logsOf({ folder, declared }: Lookup): DaemonStatus['logs'] {
  const isNamed = declared?.kind !== 'program'
  const fallback = isNamed ? `${folder}/out.log` : '/dev/null'
  const { stdout = fallback, stderr = fallback } = (declared?.options ?? {}) as Record<string, string | undefined>
  const files =
    stdout === stderr
      ? [{ stream: 'stdout and stderr' as const, path: stdout }]
      : [
          { stream: 'stdout' as const, path: stdout },
          { stream: 'stderr' as const, path: stderr },
        ]
  return files
    .filter(({ path }) => path !== '/dev/null')
    .map((file) => ({ ...file, size: statSync(file.path, { throwIfNoEntry: false })?.size ?? null }))
}

/** A text, or null. */
function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

/** Is there such a file? */
function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Says what is not as it should be. */
function problemsOf(
  { seen, declared, folder }: Lookup,
  { pid, state }: DaemonSummary,
  pids: readonly number[],
): string[] {
  const problems: string[] = []
  if (seen === 'garbage') problems.push(`${folder}/state.json is damaged; the next start makes it anew`)
  if (declared === undefined)
    problems.push(`${folder}/record.json is missing or damaged: it can't be restarted, start it anew`)
  if (pid === null && pids.length > 0)
    problems.push(`its main process is gone, and ${pids.join(', ')} are left of it: stop it to end them`)
  if (typeof seen === 'object' && pid !== null && !exists(seen.interpreter.path)) {
    problems.push(`the Node that runs it, ${seen.interpreter.path}, was removed: a restart takes the one that is there`)
  }
  if (declared?.kept !== undefined && pid !== null && !isKeeperThere(dirname(folder))) {
    problems.push('its keeper is gone: any command that starts a kept daemon starts it again')
  }
  if (state === 'died' && typeof seen === 'object' && seen.exit === null) problems.push('ended, exit unknown')
  return problems
}
