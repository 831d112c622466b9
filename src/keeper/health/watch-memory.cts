import { findTree, readMarks } from '../../lifecycle/tree.cjs'
import { bootId } from '../../system/identity.cjs'
import { readProportionalMemory } from '../../system/process-memory.cjs'
import { type ProcessRow, readProcessTable } from '../../system/process-table.cjs'
import { showSize } from './show.cjs'
import { every } from './ticks.cjs'
import type { HealthFacts, Watched } from './types.ts'
import type { Report } from './watch-health.cts'

/** How often it is looked how much memory daemons have, in milliseconds. */
const interval = 10_000

type Table = Map<number, ProcessRow>
type Marks = ReturnType<typeof readMarks>

const watches = new Set<(table: Table, marks: Marks) => void>()
let stop = (): void => {}

/** Watches how much memory the processes of a daemon have. All daemons are looked at in one go. */
export function watchMemory(most: number, watched: Watched, facts: HealthFacts, report: Report): () => void {
  const { pid, start, instance, session } = watched
  const look = (table: Table, marks: Marks): void => {
    const tree = findTree({ instance, session, main: { pid, start, boot: bootId() } }, table, marks)
    facts.memory = memoryOf(tree, most)
    if (facts.memory <= most) return
    report(`its processes have ${showSize(facts.memory, Math.ceil)}, more than maxMemory ${showSize(most)}`)
  }
  watches.add(look)
  if (watches.size === 1) stop = every(interval, lookAtAll)
  return () => {
    watches.delete(look)
    if (watches.size === 0) stop()
  }
}

/** Reads the table of processes once, for all. */
function lookAtAll(): void {
  const table = readProcessTable()
  const marks = readMarks(table)
  for (const look of [...watches]) look(table, marks)
}

/**
 * How much memory processes have. The sum of what is resident in each counts shared pages several times, so that it is too large, and
 * costs nothing, as it stands in the table; only if that is over the limit each page is counted once, which takes the kernel a walk through all.
 */
function memoryOf(tree: readonly ProcessRow[], most: number): number {
  const resident = sum(tree.map(({ memory }) => memory))
  return resident <= most ? resident : sum(tree.map(({ pid, memory }) => readProportionalMemory(pid) ?? memory))
}

/** The sum of numbers. */
function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
