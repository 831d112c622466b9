import { closeSync } from 'node:fs'
import type { State } from '../home/boot/state.cts'
import { type KeptPage, openKept, readKept, writeKept } from '../home/kept-page.cjs'
import { now } from '../system/clock.cjs'
import { noHistory } from './decide.cjs'
import type { Hand } from './hand.cts'
import { beginHealth } from './health/begin-health.cjs'
import type { Ailment } from './health/types.ts'
import { type KeptEffect, type KeptEvent, machine } from './machine.cjs'
import { observe } from './observe.cjs'
import { readPlan } from './plan.cjs'
import { rotateWhenDue } from './rotating.cjs'
import { afterEnd, afterFailedStart, afterStop, type Outcome } from './verdict.cjs'
import { makeWatches } from './watches.cjs'

/** One daemon that is kept. */
export interface Kept {
  /** Looks what has become of it. */
  look(): void
  /** Does it run, or is it to? One that is down needs no keeper. */
  isActive(): boolean
  /** Is it gone, or not kept any more? */
  isOver(): boolean
}

/** What the keeper has for each. */
export interface Surroundings {
  hand: Hand
  /** What its environment is made from, when that is known. */
  baseOf(name: string): NodeJS.Dict<string> | undefined
  /** It is not kept any more, or is gone. */
  onGone(): void
}

/** How often it is looked, in milliseconds, at what nobody tells of: a start by others, a daemon whose waiter was killed. */
const interval = 1000

const unknown: Omit<KeptPage, 'boot'> = {
  ...{ phase: 'down', instance: '', since: null, history: noHistory, due: null, last: null },
}

/**
 * Keeps a daemon. What is seen of it becomes events, and these, by the machine, what is done. All that is known is in its page: the
 * next keeper goes on from that.
 */
export function keep(name: string, folder: string, { hand, baseOf, onGone }: Surroundings): Kept {
  const page = openKept(folder)
  let kept: Omit<KeptPage, 'boot'> = readKept(folder) ?? unknown
  let wait: NodeJS.Timeout | undefined
  let isOver = false
  let endRotating = (): void => {}
  let endHealth = (): void => {}
  /** Does the hand start or stop it just now? It tells how that came out. */
  let isUnderWay = false

  const write = (changes: Partial<KeptPage>): void => {
    kept = { ...kept, ...changes }
    writeKept(page, kept)
  }
  /** Something happened: takes the step that the machine has for it. */
  const fire = (event: KeptEvent, changes: Partial<KeptPage> = {}): void => {
    const step = machine[kept.phase][event]
    write({ due: null, ...changes, phase: step.next })
    for (const effect of step.effects) act[effect]()
  }
  const settle = ({ event, changes }: Outcome): void => fire(event, changes)

  const act: Record<KeptEffect, () => void> = {
    watch: () => {
      watches.beginLife()
      endRotating()
      endRotating = rotateWhenDue(name, folder, hand)
      endHealth()
      endHealth = beginHealth(folder, readPlan(folder), onUnwell)
    },
    unwatch: () => {
      watches.endLife()
      endRotating()
      endHealth()
    },
    wait: () => {
      wait = setTimeout(fire, Math.max(0, (kept.due ?? 0) - now()), 'due')
    },
    cancel: () => clearTimeout(wait),
    start: () => {
      isUnderWay = true
      const work = hand.run({ kind: 'start', name, base: baseOf(name) })
      follow(work, 'starting', (result) => {
        if (result.outcome === 'stopped') fire('stopped')
        else if (result.outcome === 'failed') settle(afterFailedStart(readPlan(folder), kept, result.message))
        else look()
      })
    },
    stop: () => {
      isUnderWay = true
      const work = hand.run({ kind: 'stop', name, instance: kept.instance })
      follow(work, 'stopping', (result) => settle(afterStop(readPlan(folder), kept, result)))
    },
  }
  /** Waits for what the hand does. When it is lost in the middle of it, it is looked how far it came. */
  const follow = <Result,>(
    work: Promise<Result>,
    phase: KeptPage['phase'],
    onResult: (result: Result) => void,
  ): void => {
    const unlessElse = (act: () => void): void => {
      isUnderWay = false
      if (isOver) return
      // What came in between, a stop or another's start, has been seen by itself.
      if (kept.phase === phase) act()
      else look()
    }
    work.then(
      (result) => unlessElse(() => onResult(result)),
      () => unlessElse(look),
    )
  }

  const onUnwell = (why: string, ailment: Ailment): void => {
    const last = { code: null, signal: null, at: Date.now(), why, isPlanned: ailment === 'age', output: '' }
    fire('unwell', { last, since: kept.since })
  }
  const onEnded = (state: State): void => {
    settle(afterEnd(readPlan(folder), kept, state))
    hand.run({ kind: 'record', name, instance: state.instance }).then(
      ({ output }) => {
        const { instance, last } = kept
        if (!isOver && instance === state.instance && last !== null && output !== '')
          write({ last: { ...last, output } })
      },
      () => {},
    )
  }
  const onUp = ({ instance }: State): void => {
    // One that the keeper did not start was started by somebody: that is a new beginning.
    const history = kept.phase === 'starting' ? kept.history : noHistory
    fire('up', { instance, since: now(), history })
  }
  const look = (): void => {
    if (isOver) return
    const seen = observe(folder, kept, { isTold: watches.hasLife(), isUnderWay })
    if (seen.kind === 'gone' || readPlan(folder) === undefined) {
      end()
      onGone()
      return
    }
    watches.beginState()
    if (seen.kind === 'up') onUp(seen.state)
    else if (seen.kind === 'stopped') fire('stopped', { instance: seen.state.instance, history: noHistory })
    else if (seen.kind === 'ended') {
      // Another life than the one that was seen last began and ended while nobody looked.
      if (seen.state.instance !== kept.instance) onUp(seen.state)
      else onEnded(seen.state)
    } else if (seen.kind === 'starting' || (kept.phase === 'running' && !watches.hasLife())) watches.lookLater(interval)
    else if (!isUnderWay && kept.phase === 'starting') watches.later(interval, goOn)
    else if (!isUnderWay && kept.phase === 'stopping') watches.later(interval, goOn)
  }
  /** Does again what has not come to its end. */
  const goOn = (): void => {
    if (isUnderWay || isOver) return
    if (kept.phase === 'starting') act.start()
    if (kept.phase === 'stopping') act.stop()
  }
  const watches = makeWatches(folder, look)
  const end = (): void => {
    isOver = true
    clearTimeout(wait)
    watches.end()
    endRotating()
    endHealth()
    closeSync(page)
  }

  // What was under way when the last keeper ended.
  if (kept.phase === 'running') act.watch()
  if (kept.phase === 'waiting') act.wait()
  goOn()
  look()
  return { look, isActive: () => kept.phase !== 'down' && kept.phase !== 'given up', isOver: () => isOver }
}
