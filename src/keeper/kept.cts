import { closeSync } from 'node:fs'
import type { State } from '../home/boot/state.cts'
import { now } from './clock.cjs'
import { decide, type End, noHistory } from './decide.cjs'
import type { Hand } from './hand.cts'
import { type KeptEffect, type KeptEvent, machine } from './machine.cjs'
import { observe } from './observe.cjs'
import { type KeptPage, type LastEnd, openKept, readKept, writeKept } from './page.cjs'
import { readPlan } from './plan.cjs'
import { watchLife } from './watch-life.cjs'
import { watchState } from './watch-state.cjs'

/** One daemon that is kept. */
export interface Kept {
  /** Looks what has become of it. */
  look(): void
  /** Watches it no more. */
  end(): void
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

/** Keeps a daemon: what is seen of it becomes events, and these, by the machine, what is done. What is known is in its page. */
export function keep(name: string, folder: string, { hand, baseOf, onGone }: Surroundings): Kept {
  const page = openKept(folder)
  let kept: Omit<KeptPage, 'boot'> = readKept(folder) ?? unknown
  let endLifeWatch: (() => void) | undefined
  let endStateWatch: (() => void) | undefined
  let wait: NodeJS.Timeout | undefined
  let next: NodeJS.Timeout | undefined
  let isOver = false

  /** Something happened: takes the step that the machine has for it. */
  const fire = (event: KeptEvent, changes: Partial<KeptPage> = {}): void => {
    const step = machine[kept.phase][event]
    kept = { ...kept, due: null, ...changes, phase: step.next }
    writeKept(page, kept)
    for (const effect of step.effects) act[effect]()
  }
  const act: Record<KeptEffect, () => void> = {
    watch: () => {
      endLifeWatch?.()
      endLifeWatch = watchLife(folder, () => {
        endLifeWatch = undefined
        look()
      })
      // A FIFO that nobody has open any more tells of no end.
      setImmediate(look)
    },
    unwatch: () => {
      endLifeWatch?.()
      endLifeWatch = undefined
    },
    wait: () => {
      clearTimeout(wait)
      wait = setTimeout(fire, Math.max(0, (kept.due ?? 0) - now()), 'due')
    },
    cancel: () => clearTimeout(wait),
    start: () => void hand.run({ kind: 'start', name, base: baseOf(name) }).then(onStarted, onLost),
    stop: () => void hand.run({ kind: 'stop', name, instance: kept.instance }).then(onStopped, onLost),
  }

  /** A life is over, or did not begin: what now? */
  const decideOn = (end: End, last: Omit<LastEnd, 'at'>, changes: Partial<KeptPage> = {}): void => {
    const plan = readPlan(folder)
    if (plan === undefined) return leave()
    const verdict = decide(plan, end, kept.history, now())
    const due = verdict.event === 'again' ? now() + verdict.delay : null
    fire(verdict.event, { ...changes, history: verdict.history, due, since: null, last: { ...last, at: Date.now() } })
  }
  const ranFor = (): number => (kept.since === null ? 0 : now() - kept.since)
  const onEnded = ({ instance, exit }: State): void => {
    const { code = null, signal = null, output = '' } = exit ?? {}
    const end = { code, signal, isForced: false, isPlanned: false, ranFor: ranFor() }
    decideOn(end, { code, signal, why: null, output }, { instance })
    hand.run({ kind: 'record', name, instance }).then(
      (recorded) => onRecorded(instance, recorded.output),
      () => {},
    )
  }
  const onRecorded = (instance: string, output: string): void => {
    if (kept.instance !== instance || kept.last === null || output === '' || isOver) return
    kept = { ...kept, last: { ...kept.last, output } }
    writeKept(page, kept)
  }
  const onStarted = (result: Awaited<ReturnType<typeof hand.run<'start'>>>): void => {
    if (isOver || kept.phase !== 'starting') return look()
    if (result.outcome === 'stopped') fire('stopped')
    else if (result.outcome === 'failed') {
      const end = { code: null, signal: null, isForced: true, isPlanned: false, ranFor: 0 }
      decideOn(end, { code: null, signal: null, why: result.message, output: '' })
    } else look()
  }
  const onStopped = ({ output, error }: Awaited<ReturnType<typeof hand.run<'stop'>>>): void => {
    if (isOver || kept.phase !== 'stopping') return look()
    look()
    if (kept.phase !== 'stopping') return
    const why = error ?? kept.last?.why ?? null
    const end = { code: null, signal: null, isForced: true, isPlanned: false, ranFor: ranFor() }
    decideOn(end, { code: null, signal: null, why, output })
  }
  /** The hand was lost in the middle of it: it is looked how far it came, and done again. */
  const onLost = (): void => {
    look()
    if (kept.phase === 'starting') lookLater(act.start)
    if (kept.phase === 'stopping') lookLater(act.stop)
  }
  const lookLater = (again: () => void = () => {}): void => {
    clearTimeout(next)
    next = setTimeout(() => {
      const before = kept.phase
      look()
      if (kept.phase === before && (before === 'starting' || before === 'stopping')) again()
    }, interval)
  }

  const look = (): void => {
    if (isOver) return
    const seen = observe(folder, kept, endLifeWatch !== undefined)
    if (seen.kind === 'gone' || readPlan(folder) === undefined) return leave()
    endStateWatch ??= watchState(folder, (hasEnded) => {
      if (hasEnded) endStateWatch = undefined
      look()
    })
    if (seen.kind === 'up') {
      const isOurs = kept.phase === 'starting'
      fire('up', { instance: seen.state.instance, since: now(), ...(isOurs ? {} : { history: noHistory }) })
    } else if (seen.kind === 'stopped') fire('stopped', { instance: seen.state.instance, history: noHistory })
    else if (seen.kind === 'ended' && seen.state.instance === kept.instance) onEnded(seen.state)
    else if (seen.kind === 'ended') {
      // It began and ended while nobody looked.
      fire('up', { instance: seen.state.instance, since: now(), history: noHistory })
    } else if (seen.kind === 'starting' || (kept.phase === 'running' && endLifeWatch === undefined)) lookLater()
    else if (kept.phase === 'starting' && seen.kind === 'old') lookLater()
  }
  const leave = (): void => {
    end()
    onGone()
  }
  const end = (): void => {
    if (isOver) return
    isOver = true
    clearTimeout(wait)
    clearTimeout(next)
    act.unwatch()
    endStateWatch?.()
    closeSync(page)
  }
  const begin = (): void => {
    // What was under way when the last keeper ended.
    if (kept.phase === 'running') act.watch()
    if (kept.phase === 'waiting') act.wait()
    look()
    if (kept.phase === 'starting') act.start()
    if (kept.phase === 'stopping') act.stop()
  }
  begin()
  const isActive = (): boolean => kept.phase !== 'down' && kept.phase !== 'given up'
  return { look, end, isActive, isOver: () => isOver }
}
