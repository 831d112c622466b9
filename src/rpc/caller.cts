// One file for all that every call needs, for the reason that link.cts gives.
import type { Link } from './link.cts'
import type { AnswererMessage, CallerMessage } from './message.ts'
import type { Held } from './references.cts'
import type { StreamEnd } from './remote-stream.cts'
import type { RemoteStream } from './types.ts'
import { decodeBody, encodeFrame } from './values.cjs'

/** How many calls, and how many bytes of them, the other end takes at once. What is more waits at this one. */
export interface Window {
  calls: number
  bytes: number
}

export interface CallerOptions {
  window: Window
  /** The longest body that the other end takes. */
  limit: number
  /** Makes the error for a call that was begun when the link ended. */
  lost(method: string): Promise<unknown>
  /**
   * Makes a call elsewhere; nothing when it can't be made again.
   * @param wasBegun may it have been begun at the other end?
   */
  again(method: string, args: readonly unknown[], wasBegun: boolean): Promise<unknown> | undefined
  /** The other end is leaving, or the link has ended: no call is made on it from now on. */
  onLeaving(): void
}

/** The end of a link that makes calls. */
export interface Caller {
  call(method: string, args: readonly unknown[]): Promise<unknown>
  /** Takes no more calls, leaves streams, and ends the link when the calls in progress are over. */
  leave(): void
}

/** Makes the calling end of a link, and listens to it. */
export function makeCaller(link: Link, options: CallerOptions): Caller {
  const { window, limit } = options
  const calls = new Map<number, PendingCall>()
  /** Calls that wait for room, from `first` on; those that were given up meanwhile are passed. To shift a long array moves all of it. */
  let queue: (PendingCall | undefined)[] = []
  let first = 0
  const sent = { calls: 0, bytes: 0 }
  /** How many calls somebody waits for. */
  let awaited = 0
  let lastId = 0
  let isLeaving = false
  /** How long the frame is that is being handled: what the other end counts, too. */
  let length = 0

  const say = (message: CallerMessage): void => link.send(encodeFrame(message))

  /** Sends what there is room for; the first goes in any case. */
  const advance = (): void => {
    while (first < queue.length) {
      const next = queue[first]
      const isWaiting = next !== undefined && calls.has(next.id)
      const isFull = isWaiting && (sent.calls >= window.calls || sent.bytes + next.frame.length > window.bytes)
      if (isFull && sent.calls > 0) break
      queue[first] = undefined
      first += 1
      if (!isWaiting) continue
      next.state = 'sent'
      sent.calls += 1
      sent.bytes += next.frame.length
      link.send(next.frame)
    }
    if (first < 1000 || first * 2 < queue.length) return
    queue = queue.slice(first)
    first = 0
  }
  /** Nobody waits for a call any more. */
  const drop = (): void => {
    awaited -= 1
    if (awaited > 0) return
    link.hold(false)
    if (isLeaving) link.end()
  }
  /** A call is over, at the other end, too. */
  const settle = (call: PendingCall): void => {
    calls.delete(call.id)
    call.release()
    if (call.state !== 'queued') {
      sent.calls -= 1
      sent.bytes -= call.frame.length
    }
    if (call.state !== 'abandoned') drop()
    advance()
  }
  /** Who made a call has no use for it any more. */
  const abandon = (call: PendingCall, message: CallerMessage): void => {
    if (call.state === 'queued') settle(call)
    if (call.state !== 'sent') return
    call.release()
    call.state = 'abandoned'
    say(message)
    drop()
  }
  /** Makes a call elsewhere that was not begun here, or can be made twice; or says that it is lost. */
  const moveOn = (call: PendingCall, wasBegun: boolean): void => {
    const again = call.hasEffects ? undefined : options.again(call.method, call.args, wasBegun)
    if (again === undefined) options.lost(call.method).then((error) => failCall(call, error))
    else if (call.stream === undefined) again.then(call.resolve, call.reject)
    else {
      const { end } = call.stream
      again.then(
        (value) => {
          end.follow(value)
          call.resolve(value)
        },
        (error) => failCall(call, error),
      )
    }
  }
  /** Makes no more calls; those that were not sent go elsewhere. */
  const stopCalling = (): void => {
    if (isLeaving) return
    isLeaving = true
    options.onLeaving()
    for (const call of queue.slice(first)) {
      if (call === undefined || !calls.has(call.id)) continue
      settle(call)
      moveOn(call, false)
    }
    if (awaited === 0) link.end()
  }
  /** The stream of a call, as who made it reads it. */
  const streamOf = (call: PendingCall): NonNullable<PendingCall['stream']> => {
    call.stream ??= streams().makeRemoteStream({
      onTaken: (bytes) => {
        if (call.state === 'sent' && calls.has(call.id)) say(['credit', call.id, bytes])
      },
      onLeft: () => {
        if (!calls.has(call.id)) return
        abandon(call, ['leave', call.id])
        // It may be that it was not sent yet: then nothing comes that would answer who awaits it.
        call.resolve(call.stream?.remote)
      },
    })
    return call.stream
  }
  /** Has the signals among the arguments end the call: here at once, and there as soon as it hears of it. */
  const listenToSignals = (call: PendingCall): void => {
    const { watchSignals } = require('./watch-signals.cjs') as typeof import('./watch-signals.cts')
    const release = watchSignals(call.held, (reference, reason, data) => {
      abandon(call, ['abort', call.id, reference, data])
      failCall(call, reason)
    })
    call.release = release
  }

  const handlers: Handlers = {
    leaving: stopCalling,
    refused: (call) => {
      const wasAwaited = call.state === 'sent'
      settle(call)
      if (wasAwaited) moveOn(call, false)
    },
    result: (call, [, , value]) => {
      settle(call)
      // Who reads it as a stream is told that it is none.
      call.stream?.end.follow(value)
      call.resolve(value)
    },
    error: (call, [, , data]) => {
      const { decodeThrown } = require('./thrown.cjs') as typeof import('./thrown.cts')
      // Before the call is over here: what is no error ends the link, and with it the call.
      const error = decodeThrown(data)
      settle(call)
      failCall(call, error)
    },
    stream: (call) => call.resolve(streamOf(call).remote),
    item: (call, [, , value]) => {
      call.hasEffects = true
      streamOf(call).end.push(value, length)
    },
    end: (call, [, , value]) => {
      settle(call)
      streamOf(call).end.close(value)
    },
    callback: (call, [, , reference, callbackCall, args]) => {
      call.hasEffects = true
      const { runCallback } = require('./run-callback.cjs') as typeof import('./run-callback.cts')
      runCallback(call.held[reference], callbackCall, args, { method: call.method, limit, send: link.send })
    },
  }

  link.listener = {
    onBody: (body) => {
      length = body.length + 4
      const message = decodeBody(body) as AnswererMessage
      const call = message[0] === 'leaving' ? undefined : calls.get(message[1])
      if (message[0] === 'leaving') stopCalling()
      else if (call !== undefined) (handlers[message[0]] as Handler)(call, message)
    },
    onEnd: () => {
      stopCalling()
      for (const call of [...calls.values()]) {
        const wasAwaited = call.state === 'sent'
        settle(call)
        if (wasAwaited) moveOn(call, true)
      }
    },
  }

  return {
    call: (method, args) => {
      const [call, promise] = makeCall(++lastId, method, args)
      calls.set(call.id, call)
      queue.push(call)
      awaited += 1
      if (awaited === 1) link.hold(true)
      const problem = frameCall(call, limit)
      if (problem !== undefined || isLeaving) {
        settle(call)
        if (problem === undefined) moveOn(call, false)
        else problem.then((error) => failCall(call, error))
      } else {
        if (call.held.length > 0) listenToSignals(call)
        advance()
      }
      // Whether it is a stream, who reads it knows: it can be awaited, and read in a loop.
      return Object.assign(promise, {
        [Symbol.asyncIterator]: () => {
          promise.catch(() => {})
          const isOver = call.stream === undefined && (call.state === 'abandoned' || !calls.has(call.id))
          const { remote, end } = streamOf(call)
          // It failed, or was made elsewhere, before anybody read it as a stream.
          if (isOver) promise.then(end.follow, end.fail)
          return remote
        },
      })
    },
    leave: () => {
      if (isLeaving) return
      isLeaving = true
      for (const call of [...calls.values()]) if (call.stream !== undefined) void call.stream.remote.return()
      if (awaited === 0) link.end()
    },
  }
}

type Handler = (call: PendingCall, message: AnswererMessage) => void

type Handlers = {
  [Kind in AnswererMessage[0]]: (
    call: PendingCall,
    message: Extract<AnswererMessage, readonly [Kind, ...unknown[]]>,
  ) => void
}

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
    id,
    method,
    args,
    held: none,
    frame: nothing,
    state: 'queued',
    resolve: doNothing,
    reject: doNothing,
    stream: undefined,
    hasEffects: false,
    release: doNothing,
  }
  const promise = new Promise((resolve, reject) => {
    call.resolve = resolve
    call.reject = reject
  })
  return [call, promise]
}

const nothing = Buffer.alloc(0)
const none: readonly Held[] = []
const doNothing = (): void => {}

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

/** Streams; most clients have none. */
function streams(): typeof import('./remote-stream.cts') {
  return require('./remote-stream.cjs')
}
