import type { Window } from './caller.cts'
import type { Link } from './link.cts'
import type { AnswererMessage, CallerMessage } from './message.ts'
import { type RunningCall, runCall } from './running-call.cjs'
import { decodeBody, encodeFrame } from './values.cjs'

/** What can be called, by name. Only its own functions are. */
export type Methods = Readonly<Record<string, unknown>>

export interface AnswererOptions {
  methods: Methods
  window: Window
  /** The longest body that the other end takes. */
  limit: number
  /** A call was begun, or is over. */
  onCall(change: 1 | -1): void
  /** The link has ended. */
  onEnd(): void
}

/** The end of a link that answers calls. */
export interface Answerer {
  /** Begins no more calls, and says so. Those in progress go on; the other end ends the link when they are over. */
  leave(): void
  /** Aborts what is in progress, and ends the link. */
  end(reason: unknown): void
}

/** How much may wait to be taken by the other end before no more is read from it, in bytes. */
const highWater = 1_048_576

/** Makes the answering end of a link, and listens to it. */
export function makeAnswerer(link: Link, options: AnswererOptions): Answerer {
  const { window } = options
  const calls = new Map<number, RunningCall>()
  let bytes = 0
  let isLeaving = false

  const say = (message: AnswererMessage, frame = encodeFrame(message)): number => {
    link.send(frame)
    // Who sends and does not read is read no more: what it is owed shall not grow.
    if (link.waiting() > highWater) link.pause()
    return frame.length
  }
  const begin = (message: CallerMessage & { 0: 'call' }, length: number): void => {
    const [, id] = message
    if (isLeaving) return void say(['refused', id])
    if (calls.has(id)) throw new Error(`there is a call ${id} already`)
    // The first is taken in any case, as the other end sends it.
    if (calls.size > 0 && (calls.size >= window.calls || bytes + length > window.bytes)) {
      throw new Error('more calls at once than this end takes')
    }
    bytes += length
    options.onCall(1)
    const call = runCall(message, { methods: options.methods, limit: options.limit, say })
    calls.set(id, call)
    call.over.then(() => {
      calls.delete(id)
      bytes -= length
      options.onCall(-1)
    })
  }
  const handle = (message: CallerMessage, length: number): void => {
    const [kind, id] = message
    if (kind === 'call') begin(message, length)
    else if (kind === 'abort') calls.get(id)?.abort(message[2], message[3])
    else if (kind === 'credit') calls.get(id)?.credit(message[2])
    else if (kind === 'leave') calls.get(id)?.leave()
    else if (kind === 'returned' || kind === 'threw') [...calls.values()].some((call) => call.hear(message))
    else throw new Error('this is no message of a caller')
  }
  const abandonAll = (reason: unknown): void => {
    for (const call of calls.values()) call.abandon(reason)
  }

  link.listener = {
    // Four more for the length of the frame, which the other end counts, too.
    onBody: (body) => handle(decodeBody(body) as CallerMessage, body.length + 4),
    onDrain: () => link.resume(),
    onEnd: () => {
      abandonAll(new Error('the caller is gone'))
      options.onEnd()
    },
  }
  return {
    leave: () => {
      if (isLeaving) return
      isLeaving = true
      say(['leaving'])
    },
    end: (reason) => {
      abandonAll(reason)
      link.destroy()
    },
  }
}
