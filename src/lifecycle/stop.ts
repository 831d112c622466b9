import { setTimeout as sleep } from 'node:timers/promises'
import { DaemonicError } from '../errors.ts'
import type { StopScope } from '../options/types.ts'
import type { ProcessRow } from '../system/process-table.ts'
import { type Identity, identify, isLiving } from '../system/process-table.ts'
import { findTree, type Life } from './tree.ts'

/** How a daemon is stopped. */
export interface StopPlan {
  signal: NodeJS.Signals
  /** Milliseconds. */
  timeout: number
  scope: StopScope
}

/** How a stop came out. */
export interface Stopped {
  /** clean: all ended by themselves when they were asked. killed: some had to be. 'not running': there was nothing to stop. */
  how: 'clean' | 'killed' | 'not running'
  /** The main process; undefined when it was not running. */
  pid: number | undefined
  /** How long it took, in milliseconds. */
  took: number
  /** The processes that had to be killed. */
  killed: number[]
}

/** How long the kernel may take to end what was killed: a process that waits for a disk does not die before it got an answer. */
const patienceAfterKill = 5000

/**
 * Stops a life of a daemon: asks its main process, waits until nothing is left of it, kills the rest when the time is over.
 * @throws {DaemonicError} STOP_FAILED, when something can't be signalled, or does not even end when it is killed.
 */
export async function stopLife(name: string, life: Life, plan: StopPlan): Promise<Stopped> {
  const begin = performance.now()
  const known = new Map<number, ProcessRow>()
  const members = (): ProcessRow[] => {
    const rows = findMembers({ ...life, known }, plan.scope)
    for (const row of rows) known.set(row.pid, row)
    return rows
  }
  if (members().length === 0) return { how: 'not running', pid: undefined, took: 0, killed: [] }
  const pid = life.main !== undefined && isLiving(life.main) ? life.main.pid : undefined
  const asked = new Set<string>()
  const isClean = await endWithin(plan.timeout, members, (rows) => ask(name, rows, life, plan, asked))
  const killed = isClean ? [] : await killAll(name, members)
  return { how: killed.length > 0 ? 'killed' : 'clean', pid, took: Math.round(performance.now() - begin), killed }
}

/** The processes that a stop is to end. */
function findMembers(life: Life, scope: StopScope): ProcessRow[] {
  const tree = findTree(life)
  if (scope === 'main') return tree.filter(({ pid, start }) => pid === life.main?.pid && start === life.main.start)
  return scope === 'group' ? tree.filter(({ group }) => group === life.session) : tree
}

/**
 * Asks to stop, each process once: the main process as long as it lives, so that it can end its children in its own way;
 * a process group, when that is the scope; when the main process is gone, what it left.
 */
function ask(name: string, rows: ProcessRow[], { main }: Life, plan: StopPlan, asked: Set<string>): void {
  const leader = rows.filter(({ pid, start }) => pid === main?.pid && start === main.start)
  const addressed = leader.length > 0 && plan.scope !== 'group' ? leader : rows
  for (const row of addressed) {
    const key = `${row.pid} ${row.start}`
    if (!asked.has(key)) signalProcess(name, row, plan.signal)
    // A stopped process can't handle its signal.
    if (!asked.has(key)) signalProcess(name, row, 'SIGCONT')
    asked.add(key)
  }
}

/** Kills all, also what is born meanwhile. */
async function killAll(name: string, members: () => ProcessRow[]): Promise<number[]> {
  const killed = new Set<number>()
  const isOver = await endWithin(patienceAfterKill, members, (rows) => {
    for (const row of rows) {
      signalProcess(name, row, 'SIGKILL')
      killed.add(row.pid)
    }
  })
  if (isOver) return [...killed]
  const left = members().map(({ pid }) => pid)
  const what = left.length === 1 ? `process ${left[0]} is` : `processes ${left.join(', ')} are`
  throw new DaemonicError(
    'STOP_FAILED',
    `${name}: ${what} still there ${patienceAfterKill} ms after SIGKILL; the system does not end what waits for a device`,
  )
}

/** Does something to the members again and again, until there are none; false when there are some when the time is over. */
async function endWithin(
  milliseconds: number,
  members: () => ProcessRow[],
  act: (rows: ProcessRow[]) => void,
): Promise<boolean> {
  const deadline = performance.now() + milliseconds
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 100)) {
    const rows = members()
    if (rows.length === 0) return true
    if (performance.now() > deadline) return false
    act(rows)
    await sleep(Math.min(pause, Math.max(1, deadline - performance.now())))
  }
}

/**
 * Sends a signal to the process that was looked at, and to no other that has its number by now.
 * @returns whether there was one.
 * @throws {DaemonicError} NOT_PERMITTED, when it belongs to another user.
 */
export function signalProcess(
  name: string,
  { pid, start }: Pick<Identity, 'pid' | 'start'>,
  signal: NodeJS.Signals,
): boolean {
  if (identify(pid)?.start !== start) return false
  try {
    process.kill(pid, signal)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ESRCH') return false
    const message = `${name}: process ${pid} may not be signalled by uid ${process.geteuid?.()}; use the user that it runs as, or root`
    throw new DaemonicError(code === 'EPERM' ? 'NOT_PERMITTED' : 'STOP_FAILED', message, error)
  }
}
