import type { Methods } from './answerer.cts'
import type { Callbacks } from './callbacks.cts'
import type { AnswererMessage, CallerMessage } from './message.ts'
import type { Pump } from './pump.cts'
import type { ThrownData } from './thrown.cts'
import { encodeFrame } from './values.cjs'

/** What a call at the answering end is run with. */
export interface CallSurroundings {
  methods: Methods
  limit: number
  /** Sends a message, that may be a frame already; gives its length. */
  say(message: AnswererMessage, frame?: Buffer): number
}

/** A call in progress, at the end that answers it. */
export interface RunningCall {
  /** It is over, and the other end was told. Never rejects. */
  over: Promise<void>
  abort(reference: number, reason: ThrownData): void
  credit(bytes: number): void
  /** Nobody reads its stream any more. */
  leave(): void
  /** The other end is gone, or will be. */
  abandon(reason: unknown): void
  /** Takes the answer of a callback; false when it is none of this call's. */
  hear(message: CallerMessage & { 0: 'returned' | 'threw' }): boolean
}

/** Runs a call, and tells what comes of it. */
export function runCall(message: CallerMessage & { 0: 'call' }, surroundings: CallSurroundings): RunningCall {
  const [, id, method, args, references] = message
  const controllers = new Map<number, AbortController>()
  let callbacks: Callbacks | undefined
  let pump: Pump | undefined
  let isOver = false

  const say = (answer: AnswererMessage, frame?: Buffer): number => (isOver ? 0 : surroundings.say(answer, frame))
  const controllerOf = (reference: number): AbortController => {
    const controller = controllers.get(reference) ?? new AbortController()
    controllers.set(reference, controller)
    return controller
  }
  const abortAll = (reason: unknown): void => {
    for (const controller of controllers.values()) controller.abort(reason)
  }
  const revive = (): unknown[] => {
    if (references.length === 0) return [...args]
    const { makeCallbacks } = require('./callbacks.cjs') as typeof import('./callbacks.cts')
    callbacks = makeCallbacks({ call: id, method, limit: surroundings.limit, say })
    const { reviveReferences } = require('./revive-references.cjs') as typeof import('./revive-references.cts')
    const revived = [...args]
    const { callback } = callbacks
    reviveReferences(revived, references, { callback, signal: (reference) => controllerOf(reference).signal })
    for (const [index, reference] of references.entries()) {
      if (reference.kind === 'signal' && reference.reason !== null)
        controllerOf(index).abort(thrown().decodeThrown(reference.reason))
    }
    return revived
  }
  /** Sends a value; one that is too large, or can't be cloned, is an error of the call. */
  const sayValue = async (kind: 'result' | 'item' | 'end', value: unknown): Promise<number> => {
    let frame: Buffer
    try {
      frame = encodeFrame([kind, id, value])
    } catch (error) {
      throw await refusals().notCarriedBack(`${method}(): its result`, error)
    }
    const size = frame.length - 4
    if (size > surroundings.limit)
      throw await refusals().tooLarge(`the results of ${method}()`, size, surroundings.limit)
    return say([kind, id, undefined], frame)
  }
  /** Sends an error; of one that is too large, only that it is. */
  const sayError = async (error: unknown): Promise<void> => {
    const frame = encodeFrame(['error', id, thrown().encodeThrown(error)])
    const size = frame.length - 4
    if (size <= surroundings.limit) return void say(['error', id, nothing], frame)
    const problem = await refusals().tooLarge(`the contents of the error of ${method}()`, size, surroundings.limit)
    say(['error', id, thrown().encodeThrown(problem)])
  }
  const run = async (): Promise<void> => {
    try {
      const result = await findMethod(surroundings.methods, method).apply(surroundings.methods, revive())
      if (!isAsyncIterable(result)) return void (await sayValue('result', result))
      say(['stream', id])
      const { makePump } = require('./pump.cjs') as typeof import('./pump.cts')
      pump = makePump(result[Symbol.asyncIterator](), (item) => sayValue('item', item), streamWindow)
      if (hasLeft) pump.leave()
      await sayValue('end', await pump.run())
    } catch (error) {
      await sayError(error)
    } finally {
      isOver = true
      callbacks?.end()
    }
  }
  let hasLeft = false
  const leave = (): void => {
    hasLeft = true
    abortAll(new DOMException('The stream is read no more', 'AbortError'))
    pump?.leave()
  }
  return {
    over: run(),
    abort: (reference, reason) => {
      controllers.get(reference)?.abort(thrown().decodeThrown(reason))
      // Who made the call has rejected it: a generator that does not look at the signal would wait for a reader for ever.
      hasLeft = true
      pump?.leave()
    },
    credit: (bytes) => pump?.credit(bytes),
    leave,
    abandon: (reason) => {
      hasLeft = true
      abortAll(reason)
      pump?.leave()
      callbacks?.end()
      isOver = true
    },
    hear: (answer) => callbacks?.hear(answer) ?? false,
  }
}

/** Stands for what is in a frame already. */
const nothing: ThrownData = { kind: 'value', value: undefined }

/** How much of a stream may be on its way before who reads it has taken it, in bytes: one item more than that. */
const streamWindow = 262_144

/** Finds a method: an own property that is a function. */
function findMethod(methods: Methods, name: string): (...args: unknown[]) => unknown {
  const method = typeof name === 'string' && Object.hasOwn(methods, name) ? methods[name] : undefined
  if (typeof method === 'function') return method as (...args: unknown[]) => unknown
  throw Object.assign(new TypeError(`${name} is no method of this service`), { code: 'NOT_A_METHOD' })
}

/** Is it read by a loop? */
function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/** The errors for what can't be sent. */
function refusals(): typeof import('./refusals.cts') {
  return require('./refusals.cjs')
}

/** What carries errors; most calls throw none. */
function thrown(): typeof import('./thrown.cts') {
  return require('./thrown.cjs')
}
