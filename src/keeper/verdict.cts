// What an end means for a daemon: which event it is to the machine, and what is written of it.
import type { State } from '../home/boot/state.cts'
import type { KeptPage, LastEnd } from '../home/kept-page.cts'
import { now } from '../system/clock.cjs'
import { decide, type End } from './decide.cjs'
import type { KeptEvent } from './machine.cts'
import type { KeepPlan } from './plan.cts'

/** An event, and what changes with it. */
export interface Outcome {
  event: KeptEvent
  changes: Partial<KeptPage>
}

type Known = Omit<KeptPage, 'boot'>

const nobodyKnows = { code: null, signal: null }

/** It ended by itself. */
export function afterEnd(plan: KeepPlan | undefined, kept: Known, { instance, exit }: State): Outcome {
  const { code = null, signal = null, output = '' } = exit ?? {}
  const end = { code, signal, isForced: false, isPlanned: false, ranFor: ranFor(kept) }
  const { event, changes } = judge(plan, kept, end, { code, signal, why: null, output })
  return { event, changes: { ...changes, instance } }
}

/** It could not be started. */
export function afterFailedStart(plan: KeepPlan | undefined, kept: Known, why: string): Outcome {
  const end = { ...nobodyKnows, isForced: true, isPlanned: false, ranFor: 0 }
  return judge(plan, kept, end, { ...nobodyKnows, why, output: '' })
}

/** The keeper has stopped it, because it was not well, or was to be renewed. */
export function afterStop(
  plan: KeepPlan | undefined,
  kept: Known,
  { output, error }: { output: string; error: string | null },
): Outcome {
  const end = { ...nobodyKnows, isForced: true, isPlanned: kept.last?.isPlanned === true, ranFor: ranFor(kept) }
  return judge(plan, kept, end, { ...nobodyKnows, why: error ?? kept.last?.why ?? null, output })
}

/** How long it ran. */
function ranFor({ since }: Known): number {
  return since === null ? 0 : now() - since
}

/** What follows. Without a plan, nothing does: it is kept no more. */
function judge(plan: KeepPlan | undefined, kept: Known, end: End, last: Omit<LastEnd, 'at' | 'isPlanned'>): Outcome {
  const verdict =
    plan === undefined ? ({ event: 'done', history: kept.history } as const) : decide(plan, end, kept.history, now())
  const due = 'delay' in verdict ? now() + verdict.delay : null
  const { event, history } = verdict
  return { event, changes: { history, due, since: null, last: { ...last, isPlanned: end.isPlanned, at: Date.now() } } }
}
