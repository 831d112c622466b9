// Whether, and when, a daemon that ended is started again. Pure: times come from outside, milliseconds of a clock that nobody sets.
import type { History } from '../home/kept-page.cts'
import type { KeepPlan } from './plan.cts'

/** How a life ended. A code and a signal that are both null: nobody knows. */
export interface End {
  code: number | null
  signal: string | null
  /** Did the keeper end it, because it was not well? A start that failed is no success either. */
  isForced: boolean
  /** Is it only to be renewed, and has not failed? */
  isPlanned: boolean
  /** How long it ran, in milliseconds; 0 when it was never ready. */
  ranFor: number
}

export type Verdict = { event: 'done' | 'enough' } | { event: 'again'; delay: number }

export const noHistory: History = { tries: 0, restarts: [], isSlow: false }

/** Decides what becomes of a daemon that ended, and what is remembered of it. */
export function decide(
  plan: KeepPlan,
  end: End,
  history: History,
  now: number,
  random: () => number = Math.random,
): Verdict & { history: History } {
  const { restart, stableAfter, restartLimit, backoff } = plan
  const isAsked = restart === 'always' || (restart === 'on-failure' && (end.isPlanned || !isSuccess(plan, end)))
  if (!isAsked) return { event: 'done', history: noHistory }
  const { tries, isSlow } = end.ranFor >= stableAfter ? noHistory : history
  const counted = history.restarts.filter((time) => now - time < restartLimit.within)
  const isTooOften = !end.isPlanned && (isSlow || counted.length >= restartLimit.restarts)
  if (isTooOften && restartLimit.then === 'give-up') return { event: 'enough', history: noHistory }
  return {
    event: 'again',
    delay: isTooOften ? backoff.to : delayOf(backoff, tries, random),
    history: {
      tries: tries + 1,
      restarts: end.isPlanned ? counted : [...counted, now].slice(-most),
      isSlow: isTooOften,
    },
  }
}

/** No limit counts more. */
const most = 50

/** Is this an end without failure? */
export function isSuccess({ success }: KeepPlan, { code, signal, isForced }: End): boolean {
  if (isForced) return false
  if (code !== null) return code === 0 || success.exitCodes.includes(code)
  return signal !== null && success.signals.includes(signal)
}

/** How long is waited: each time longer, and up to a quarter more at random, so that what failed together does not come together. */
function delayOf({ from, to, factor, jitter }: KeepPlan['backoff'], tries: number, random: () => number): number {
  const delay = from * factor ** Math.min(tries, 1000)
  return Math.min(to, Math.round(jitter ? delay * (1 + random() / 4) : delay))
}
