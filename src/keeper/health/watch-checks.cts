import type { HealthCheck } from '../../options/types.ts'
import { makeCheck } from './check.cjs'
import { every } from './ticks.cjs'
import type { HealthFacts, Watched } from './types.ts'
import { ageOf } from './watch-age.cjs'
import type { Report } from './watch-health.cts'

/** Checks a daemon at each interval, until as many checks in a row have failed as count. One that still goes on is waited for. */
export function watchChecks(health: HealthCheck, watched: Watched, facts: HealthFacts, report: Report): () => void {
  const check = makeCheck(health, watched)
  let isUnderWay = false
  let isOver = false
  let hasBeenWell = false
  let seen: string[] = []
  const settle = (problem: string | undefined): void => {
    isUnderWay = false
    if (isOver) return
    if (problem === undefined) {
      hasBeenWell = true
      seen = []
    } else if (hasBeenWell || ageOf(watched) >= health.startPeriod) seen = [...seen, problem].slice(-health.failures)
    note(facts, problem, problem === undefined ? 0 : seen.length)
    if (seen.length >= health.failures) report(tell(seen))
  }
  const stop = every(health.interval, () => {
    if (isUnderWay) return
    isUnderWay = true
    check.run().then(settle, (error: Error) => settle(error.message))
  })
  return () => {
    isOver = true
    stop()
    check.end()
  }
}

/** Notes how a check came out. */
function note(facts: HealthFacts, problem: string | undefined, failures: number): void {
  const isWell = problem === undefined
  const at = Date.now()
  const since = facts.check?.isWell === isWell ? facts.check.since : at
  facts.check = { isWell, seen: problem ?? 'ok', failures, since, at }
}

/** Tells of failures in a row. */
function tell(seen: readonly string[]): string {
  const last = seen.at(-1) ?? ''
  if (seen.length === 1) return last
  return seen.every((one) => one === last)
    ? `${last}, ${seen.length} times in a row`
    : `${last}; that was the last of ${seen.length} failures in a row`
}
