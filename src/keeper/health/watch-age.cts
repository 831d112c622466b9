import { now } from '../../system/clock.cjs'
import { startOf, uptime } from '../../system/process-table.cjs'
import { showTime } from './show.cjs'
import { once } from './ticks.cjs'
import type { Watched } from './types.ts'
import type { Report } from './watch-health.cts'

/** How long a daemon runs, in milliseconds, whoever watches it since when. */
export function ageOf(watched: Pick<Watched, 'start'>): number {
  return uptime() - startOf(watched)
}

/** Watches how long a daemon runs. The clock of timers stands still while a machine sleeps: it is looked again when it says so. */
export function watchAge(maxAge: number, watched: Watched, report: Report): () => void {
  let stop = (): void => {}
  const wait = (): void => {
    const left = maxAge - ageOf(watched)
    if (left > 0) stop = once(now() + left, wait)
    else report(`it runs for ${showTime(maxAge)} (maxAge)`)
  }
  // Not before the caller has what ends this.
  stop = once(now(), wait)
  return () => stop()
}
