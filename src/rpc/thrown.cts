import { deserialize, serialize } from 'node:v8'

/** What was thrown, as data. */
export type ThrownData =
  | { kind: 'value'; value: unknown }
  | {
      kind: 'error'
      /** Its name; when that is only 'Error', the name of its class. */
      name: string
      message: string
      stack: string
      /** The class of the language that it is of, by itself or by what it extends. The reason of an aborted signal is a DOMException. */
      base: string
      /** Its own properties that can be cloned: `code` and the like. */
      own: Record<string, unknown>
      cause: ThrownData | null
      /** Of an AggregateError, and of others that have such a list. */
      errors: ThrownData[] | null
    }

/** Causes of causes are told so far. */
const deepest = 8

/** Turns whatever was thrown into data. Never throws: a getter of an error that does shall not end who was to tell of it. */
export function encodeThrown(thrown: unknown, depth = 0): ThrownData {
  try {
    return encode(thrown, depth)
  } catch {
    const message = describe(thrown)
    return { kind: 'error', name: 'Error', message, stack: message, base: 'Error', own: {}, cause: null, errors: null }
  }
}

/** Turns it into data as it is. */
function encode(thrown: unknown, depth: number): ThrownData {
  if (!(thrown instanceof Error)) return { kind: 'value', value: cloneable(thrown) ? thrown : describe(thrown) }
  const { cause, errors } = thrown as { cause?: unknown; errors?: unknown }
  return {
    kind: 'error',
    name: nameOf(thrown),
    message: String(thrown.message),
    stack: String(thrown.stack),
    base: baseOf(thrown),
    own: Object.fromEntries(
      Object.entries(thrown).filter(([name, value]) => !isToldApart(name, value) && cloneable(value)),
    ),
    cause: cause === undefined || depth >= deepest ? null : encodeThrown(cause, depth + 1),
    errors: Array.isArray(errors) && depth < deepest ? errors.map((error) => encodeThrown(error, depth + 1)) : null,
  }
}

/** Is this property told by itself, or none of the thrower's to set? */
function isToldApart(name: string, value: unknown): boolean {
  if (name === 'errors') return Array.isArray(value)
  return ['name', 'message', 'stack', 'cause', '__proto__', 'constructor'].includes(name)
}

/** The name that tells most. */
function nameOf(error: Error): string {
  const name = String(error.name)
  return name === 'Error' ? error.constructor?.name || name : name
}

/** The class of the language that an error is of. */
function baseOf(error: Error): string {
  if (error instanceof DOMException) return 'DOMException'
  if (error instanceof AggregateError) return 'AggregateError'
  return Object.entries(bases).find(([, base]) => error instanceof base)?.[0] ?? 'Error'
}

/** Can this be carried over? */
function cloneable(value: unknown): boolean {
  if (value === null || ['string', 'number', 'boolean', 'undefined', 'bigint'].includes(typeof value)) return true
  try {
    return deserialize(serialize(value)) !== undefined
  } catch {
    return false
  }
}

/** A value as text. */
function describe(value: unknown): string {
  try {
    return String(value)
  } catch {
    return 'a value that has no text'
  }
}

const bases: Record<string, ErrorConstructor> = {
  EvalError,
  RangeError,
  ReferenceError,
  SyntaxError,
  TypeError,
  URIError,
}

/** Turns data back into what was thrown: an error of its class where that is one of the language, with its stack there. */
export function decodeThrown(data: ThrownData): unknown {
  if (data.kind === 'value') return data.value
  const error = makeError(data)
  hide(error, 'stack', data.stack)
  if (error.name !== data.name) hide(error, 'name', data.name)
  if (data.cause !== null) hide(error, 'cause', decodeThrown(data.cause))
  if (data.errors !== null) hide(error, 'errors', data.errors.map(decodeThrown))
  for (const [name, value] of Object.entries(data.own)) {
    Object.defineProperty(error, name, { value, enumerable: true, configurable: true, writable: true })
  }
  return error
}

/** Makes an error of the nearest class. */
function makeError({ name, message, base }: Extract<ThrownData, { kind: 'error' }>): Error {
  if (base === 'DOMException') return new DOMException(message, name)
  if (base === 'AggregateError') return new AggregateError([], message)
  return new ((Object.hasOwn(bases, base) && bases[base]) || Error)(message)
}

/** Sets a property as errors have theirs: not listed. */
function hide(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, enumerable: false, configurable: true, writable: true })
}
