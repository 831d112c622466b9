// CommonJS, because the keeper looks how much memory a tree has, and is small.
import type { Identity } from '../system/identity.cts'
import { type ProcessRow, readInstance, readProcessTable } from '../system/process-table.cjs'

/** What is known of a daemon's life before its processes are looked for. */
export interface Life {
  /** The mark in the environment of all that descends from it. */
  instance: string
  /** Its main process, whether it still lives or not; undefined when nobody knows. */
  main: Identity | undefined
  /** The session that it was started in. */
  session: number | undefined
  /** Processes that were found before: one that lost its parent since can't be found again by it. */
  known?: Map<number, ProcessRow>
}

/**
 * Finds all living processes that belong to a daemon: its main process; those that bear its mark; what descends from these;
 * and who shares a session or a process group with one of them, when it is the daemon's own, or led by one of them.
 *
 * No process is taken in by the number of a session alone: it may be a stranger's by now. But the kernel gives the number to
 * nobody else while one of ours is in it. A process that bears the mark of another life is part of that, and the process
 * that asks is left out: it may run under the daemon that it stops.
 */
export function findTree(
  life: Life,
  table: Map<number, ProcessRow> = readProcessTable(),
  marks: Map<number, string | undefined> = readMarks(table),
): ProcessRow[] {
  // In the foreground (`daemonic run`) the daemon itself is a child of the process that asks.
  const isAsker = (row: ProcessRow): boolean =>
    row.pid === process.pid || (row.parent === process.pid && !isMain(row, life))
  const rows = [...table.values()].filter((row) => !isAsker(row))
  const isForeign = ({ pid }: ProcessRow): boolean => {
    const mark = marks.get(pid)
    return mark !== undefined && mark !== life.instance
  }
  const roots = rows.filter((row) => marks.get(row.pid) === life.instance || isMain(row, life) || isKnown(row, life))
  return close(
    roots,
    rows.filter((row) => !isForeign(row)),
    life.session,
  )
}

/** Reads to which life each process belongs. */
export function readMarks(table: Map<number, ProcessRow>): Map<number, string | undefined> {
  return new Map([...table.keys()].map((pid) => [pid, readInstance(pid)]))
}

/** Is this the daemon's main process? */
function isMain({ pid, start }: ProcessRow, { main }: Life): boolean {
  return main?.pid === pid && main.start === start
}

/** Was it found before? */
function isKnown({ pid, start }: ProcessRow, { known }: Life): boolean {
  return known?.get(pid)?.start === start
}

/** Adds whoever belongs to one that is in already, until nobody does. */
export function close(roots: ProcessRow[], candidates: ProcessRow[], ownSession: number | undefined): ProcessRow[] {
  const tree = new Map(roots.map((row) => [row.pid, row]))
  for (let size = 0; size !== tree.size; ) {
    size = tree.size
    const sessions = new Set([...tree.values()].map(({ session }) => session))
    const groups = new Set([...tree.values()].map(({ group }) => group))
    const isOurs = (id: number): boolean => id === ownSession || tree.has(id)
    for (const row of candidates) {
      const shares = (sessions.has(row.session) && isOurs(row.session)) || (groups.has(row.group) && isOurs(row.group))
      if (shares || tree.has(row.parent)) tree.set(row.pid, row)
    }
  }
  return [...tree.values()]
}
