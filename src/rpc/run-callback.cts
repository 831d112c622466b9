import type { CallerMessage } from './message.ts'
import type { Held } from './references.cts'
import { encodeThrown } from './thrown.cjs'

/** Runs a callback for the other end, and tells it what came of that. */
export async function runCallback(
  held: Held | undefined,
  callbackCall: number,
  args: readonly unknown[],
  say: (message: CallerMessage) => void,
): Promise<void> {
  try {
    if (held?.kind !== 'callback') throw new Error('the call that this callback belongs to is over')
    say(['returned', callbackCall, await held.callback(...args)])
  } catch (error) {
    say(['threw', callbackCall, encodeThrown(error)])
  }
}
