import type { Held } from './references.cts'
import { notCarriedBack, tooLarge } from './refusals.cjs'
import { encodeThrown } from './thrown.cjs'
import { encodeFrame } from './values.cjs'

/** What a callback is run with. */
export interface CallbackSurroundings {
  /** The method whose call it belongs to. */
  method: string
  /** The longest body that the other end takes. */
  limit: number
  /** Sends a frame. */
  send(frame: Buffer): void
}

/** Runs a callback for the other end, and tells it what came of that. */
export async function runCallback(
  held: Held | undefined,
  callbackCall: number,
  args: readonly unknown[],
  { method, limit, send }: CallbackSurroundings,
): Promise<void> {
  const what = `the results of a callback of ${method}()`
  try {
    if (held?.kind !== 'callback') throw new Error('the call that this callback belongs to is over')
    const value = await held.callback(...args)
    send(await frameWithin(limit, what, () => encodeFrame(['returned', callbackCall, value])))
  } catch (error) {
    const data = encodeThrown(error)
    const frame = frameWithin(limit, what, () => encodeFrame(['threw', callbackCall, data]))
    send(await frame.catch((problem) => encodeFrame(['threw', callbackCall, encodeThrown(problem)])))
  }
}

/** Makes a frame that the other end takes: a longer one would cost it the link, and all calls. */
async function frameWithin(limit: number, what: string, encode: () => Buffer): Promise<Buffer> {
  let frame: Buffer
  try {
    frame = encode()
  } catch (error) {
    throw await notCarriedBack(what, error)
  }
  if (frame.length - 4 > limit) throw await tooLarge(what, frame.length - 4, limit)
  return frame
}
