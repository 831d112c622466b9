import type { AnswererMessage, CallerMessage } from './message.ts'
import { decodeThrown } from './thrown.cjs'
import { encodeFrame } from './values.cjs'

/** The callbacks among the arguments of one call, at the end that calls them. */
export interface Callbacks {
  /** Makes the function that stands for one. It gives a promise. */
  callback(reference: number): (...args: unknown[]) => Promise<unknown>
  /** Takes an answer; false when it is to none of these. */
  hear(message: CallerMessage & { 0: 'returned' | 'threw' }): boolean
  /** The call is over: what waits, and who calls from now on, is told so. */
  end(): void
}

let lastId = 0

/** The call that callbacks belong to. */
interface CallOfCallbacks {
  call: number
  method: string
  /** The longest body that the other end takes. */
  limit: number
  /** Sends a message that is a frame already. */
  say(message: AnswererMessage, frame: Buffer): void
}

/** Makes the callbacks of a call. */
export function makeCallbacks({ call, method, limit, say }: CallOfCallbacks): Callbacks {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: unknown): void }>()
  let isOver = false
  return {
    callback:
      (reference) =>
      (...args) => {
        const promise = new Promise((resolve, reject) => {
          if (isOver) return reject(overError())
          const id = ++lastId
          const frame = frameOf(['callback', call, reference, id, args], method, limit)
          if (!Buffer.isBuffer(frame)) return void frame.then(reject)
          say(['callback', call, reference, id, []], frame)
          waiting.set(id, { resolve, reject })
        })
        // Who only tells of progress does not wait for an answer: that there is none shall not end the process.
        promise.catch(() => {})
        return promise
      },
    hear: (message) => {
      const waiter = waiting.get(message[1])
      waiting.delete(message[1])
      if (message[0] === 'returned') waiter?.resolve(message[2])
      else waiter?.reject(decodeThrown(message[2]))
      return waiter !== undefined
    },
    end: () => {
      isOver = true
      for (const { reject } of waiting.values()) reject(overError())
      waiting.clear()
    },
  }
}

/** Makes the frame of a callback's call, or the error for what can't be sent: the frames keep the order of the calls. */
function frameOf(message: AnswererMessage, method: string, limit: number): Buffer | Promise<Error> {
  const what = `the arguments for a callback of ${method}()`
  try {
    const frame = encodeFrame(message)
    const size = frame.length - 4
    return size <= limit ? frame : refusals().tooLarge(what, size, limit)
  } catch (error) {
    return refusals().notCarriedBack(what, error)
  }
}

/** The errors for what can't be sent. */
function refusals(): typeof import('./refusals.cts') {
  return require('./refusals.cjs')
}

/** The error for a callback of a call that is over. */
function overError(): Error {
  return Object.assign(new Error('this callback belongs to a call that is over'), { code: 'CALL_OVER' })
}
