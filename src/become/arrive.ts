// One file for all that the daemon does at every call, for the reason that verbs.ts gives.
import type { Birth } from '../detach/boot/birth.cts'
import type { DaemonContext } from '../detach/context.ts'
import type { Call, Work } from './work.ts'

export interface Arrival {
  context: DaemonContext
  /** Is the daemon ready as soon as its code runs, and not when it says so? */
  isReadyAtOnce: boolean
}

/**
 * The daemon's side of the call: does what the options ask for, in the order of daemon(7).
 * A step that fails is told to the launcher, and thrown.
 */
export async function arrive(birth: Birth, call: Call): Promise<Arrival> {
  if (birth.hasArrived) throw (await import('./refusals.ts')).secondCall(call)
  birth.hasArrived = true
  const work = birth.message.work as Work
  birth.line.at('call')
  try {
    if (!isSame(work.call, call)) throw (await import('./refusals.ts')).otherCall(work.call, call)
    birth.settle(work.settlement)
  } catch (error) {
    birth.line.failed(error)
    throw error
  }
  birth.line.at('run')
  if (work.readyWhen === 'launcher') birth.line.awaitLauncher()
  return { context: birth.context, isReadyAtOnce: work.readyWhen === 'auto' }
}

/** Is this the call that the launcher made? */
function isSame(expected: Call, reached: Call): boolean {
  return expected.verb === reached.verb && expected.name === reached.name
}
