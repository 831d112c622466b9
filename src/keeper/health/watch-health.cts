import { bootId, isLiving } from '../../system/identity.cjs'
import type { Ailment, HealthFacts, HealthPlan, Watched } from './types.ts'
import { watchAge } from './watch-age.cjs'
import { watchAlive } from './watch-alive.cjs'
import { watchChecks } from './watch-checks.cjs'
import { watchMemory } from './watch-memory.cjs'

/** A watch over one life. */
export interface HealthWatch {
  end(): void
  readonly facts: HealthFacts
}

/** Says that a daemon is not well, in a sentence for people. */
export type Report = (why: string) => void

/**
 * Watches whether a daemon is well, from when it is ready until it is told to end.
 * @param onUnhealthy called once at the most, with a sentence, and what kind of trouble it is; never for a process that is gone by then.
 */
export function watchHealth(
  { health, watchdog, maxMemory, maxAge }: HealthPlan,
  watched: Watched,
  onUnhealthy: (why: string, ailment: Ailment) => void,
): HealthWatch {
  const facts: HealthFacts = { check: undefined, memory: undefined }
  const ends: (() => void)[] = []
  let isOver = false
  const end = (): void => {
    isOver = true
    for (const endOne of ends.splice(0)) endOne()
  }
  const report =
    (ailment: Ailment): Report =>
    (why) => {
      if (isOver || !isLiving({ pid: watched.pid, start: watched.start, boot: bootId() })) return
      end()
      // It has to fit on a page.
      onUnhealthy(`${ailment}: ${why}`.slice(0, 1000), ailment)
    }
  if (health !== undefined) ends.push(watchChecks(health, watched, facts, report('health')))
  if (watchdog !== undefined) ends.push(watchAlive(watchdog, watched, report('watchdog')))
  if (maxMemory !== undefined) ends.push(watchMemory(maxMemory, watched, facts, report('memory')))
  if (maxAge !== undefined) ends.push(watchAge(maxAge, watched, report('age')))
  return { end, facts }
}
