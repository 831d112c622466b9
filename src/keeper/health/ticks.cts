// The clock of all that is looked at from time to time: one timer for all daemons. What has the same interval comes at the same moment, at
// whole multiples of it by a clock that nobody sets, so that a process that watches a hundred daemons wakes up once for them.
import { now } from '../../system/clock.cjs'

interface Entry {
  due: number
  /** Undefined for what comes once. */
  interval: number | undefined
  run(late: number): void
}

/** What is due within this many milliseconds comes with what is due now. */
const slack = 5

/** setTimeout() takes no longer time: past it, it fires at once. */
const longest = 2 ** 31 - 1

const entries = new Set<Entry>()
let timer: NodeJS.Timeout | undefined
let wakesAt = Number.POSITIVE_INFINITY

/**
 * Calls back at each multiple of an interval.
 * @param onTick told how many milliseconds it is too late: this process was stopped, or the whole machine was.
 * @returns what ends it.
 */
export function every(interval: number, onTick: (late: number) => void): () => void {
  return add({ due: after(interval), interval, run: onTick })
}

/** Calls back once, at a time of the clock in system/clock.cts, however far away. */
export function once(due: number, onDue: (late: number) => void): () => void {
  return add({ due, interval: undefined, run: onDue })
}

/** The next multiple of an interval. */
function after(interval: number): number {
  return (Math.floor((now() + slack) / interval) + 1) * interval
}

/** Adds an entry, and says how it is taken out. */
function add(entry: Entry): () => void {
  entries.add(entry)
  arm()
  return () => {
    entries.delete(entry)
    if (entries.size === 0) arm()
  }
}

/** Sets the timer to what is due first. One that was taken out since may wake it once in vain. */
function arm(): void {
  const first = Math.min(...[...entries].map(({ due }) => due))
  if (first >= wakesAt && entries.size > 0) return
  clearTimeout(timer)
  wakesAt = first
  if (entries.size > 0) timer = setTimeout(ring, Math.min(longest, Math.max(1, Math.ceil(first - now()))))
}

/** Runs what is due. */
function ring(): void {
  wakesAt = Number.POSITIVE_INFINITY
  const time = now()
  try {
    for (const entry of [...entries]) {
      if (entry.due > time + slack || !entries.has(entry)) continue
      const late = time - entry.due
      if (entry.interval === undefined) entries.delete(entry)
      else entry.due = after(entry.interval)
      entry.run(late)
    }
  } finally {
    arm()
  }
}
