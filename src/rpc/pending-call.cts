import type { Held } from './references.cts'
import type { StreamEnd } from './remote-stream.cts'
import type { RemoteStream } from './types.ts'
import { encodeFrame } from './values.cjs'

/** A call in progress, at the end that makes it. */
export interface PendingCall {
  id: number
  method: string
  args: readonly unknown[]
  /** What of the arguments stays at this end. */
  held: readonly Held[]
  frame: Buffer
  /** Waiting for room at the other end; sent; given up by who made it, so that only the other end has to hear of that. */
  state: 'queued' | 'sent' | 'abandoned'
  resolve(value: unknown): void
  reject(error: unknown): void
  /** Its stream, once it is read or known to be one. */
  stream: { remote: RemoteStream<unknown>; end: StreamEnd } | undefined
  /** Has any of its stream, or a call of its callbacks, come in? Then it can't be made again without a trace. */
  hasEffects: boolean
  /** Stops listening to its signals. */
  release(): void
}

/** Makes a call, not yet sent, and the promise of its result. */
export function makeCall(id: number, method: string, args: readonly unknown[]): [PendingCall, Promise<unknown>] {
  const call: PendingCall = {
    ...{ id, method, args, held: [], frame: nothing, state: 'queued', stream: undefined, hasEffects: false },
    resolve: () => {},
    reject: () => {},
    release: () => {},
  }
  const promise = new Promise((resolve, reject) => {
    call.resolve = resolve
    call.reject = reject
  })
  return [call, promise]
}

const nothing = Buffer.alloc(0)

/** Makes the frame of a call. What can't be carried is the error that names the argument, or what is too large. */
export function frameCall(call: PendingCall, limit: number): Promise<Error> | undefined {
  try {
    const args = call.args.some(isHolder) ? holdBack(call) : call.args
    call.frame = encodeFrame(['call', call.id, call.method, args, call.held.map(({ reference }) => reference)])
  } catch (error) {
    return refusals().notCarried(call.method, call.args, error)
  }
  const size = call.frame.length - 4
  return size <= limit ? undefined : refusals().tooLarge(`the arguments of ${call.method}()`, size, limit)
}

/** May this hold what can't be cloned? */
function isHolder(value: unknown): boolean {
  return typeof value === 'function' || (typeof value === 'object' && value !== null)
}

/** Takes out of the arguments what stays here. */
function holdBack(call: PendingCall): readonly unknown[] {
  const { holdReferences } = require('./references.cjs') as typeof import('./references.cts')
  const { args, held } = holdReferences(call.args)
  call.held = held
  return args
}

/** The errors for what can't be sent. */
function refusals(): typeof import('./refusals.cts') {
  return require('./refusals.cjs')
}

/** Says how a call failed, to who waits for it and to who reads its stream. */
export function failCall(call: PendingCall, error: unknown): void {
  call.stream?.end.fail(error)
  call.reject(error)
}
