// What the keeper does with one daemon: a table, and nothing else. What can't happen leaves all as it is.
import type { KeptPhase } from '../home/kept-page.cts'

/**
 * up: a life of it was seen, whoever began it. again: it ended, or could not be started, and is to be started once more. done: it
 * ended, and that was all. enough: it failed too often. due: its wait is over. stopped: somebody stopped it. unwell: it has to be
 * stopped, and started again.
 */
export type KeptEvent = 'up' | 'again' | 'done' | 'enough' | 'due' | 'stopped' | 'unwell'

/** watch: hear of its end. unwatch: no more. wait: until the back-off is over. cancel: no more. start, stop: have it done. */
export type KeptEffect = 'watch' | 'unwatch' | 'wait' | 'cancel' | 'start' | 'stop'

export interface Step {
  next: KeptPhase
  effects: readonly KeptEffect[]
}

const to = (next: KeptPhase, ...effects: KeptEffect[]): Step => ({ next, effects })

/** A life that nobody wants to run is left alone: it runs, and is watched from then on. */
const whenOver = (phase: 'down' | 'given up'): Record<KeptEvent, Step> => ({
  up: to('running', 'watch'),
  again: to(phase),
  done: to(phase),
  enough: to(phase),
  due: to(phase),
  stopped: to('down'),
  unwell: to(phase),
})

export const machine: Readonly<Record<KeptPhase, Readonly<Record<KeptEvent, Step>>>> = {
  starting: {
    up: to('running', 'watch'),
    again: to('waiting', 'wait'),
    done: to('down'),
    enough: to('given up'),
    due: to('starting'),
    stopped: to('down'),
    unwell: to('starting'),
  },
  running: {
    // Another life: somebody restarted it.
    up: to('running', 'unwatch', 'watch'),
    again: to('waiting', 'unwatch', 'wait'),
    done: to('down', 'unwatch'),
    enough: to('given up', 'unwatch'),
    due: to('running'),
    stopped: to('down', 'unwatch'),
    unwell: to('stopping', 'unwatch', 'stop'),
  },
  stopping: {
    up: to('running', 'watch'),
    again: to('waiting', 'wait'),
    done: to('down'),
    enough: to('given up'),
    due: to('stopping'),
    stopped: to('down'),
    unwell: to('stopping'),
  },
  waiting: {
    up: to('running', 'cancel', 'watch'),
    again: to('waiting'),
    done: to('waiting'),
    enough: to('waiting'),
    due: to('starting', 'start'),
    stopped: to('down', 'cancel'),
    unwell: to('waiting'),
  },
  down: whenOver('down'),
  'given up': whenOver('given up'),
}
