import type { ErrorData } from '../message.ts'

/** More of a message or a stack than this helps nobody. */
const longest = 65_536

/** Properties that Node and this package put on errors, and that a launcher can use. */
const detailNames = ['code', 'errno', 'syscall', 'path', 'dest', 'address', 'port', 'step', 'option']

/** Turns whatever was thrown into data. */
export function encodeError(thrown: unknown, depth = 0): ErrorData {
  if (!(thrown instanceof Error)) return { value: encodeValue(thrown) }
  return {
    name: String(thrown.name),
    message: String(thrown.message).slice(0, longest),
    stack: String(thrown.stack).slice(0, longest),
    details: Object.fromEntries(detailNames.flatMap((name) => detail(thrown, name))),
    cause: thrown.cause === undefined || depth === 8 ? null : encodeError(thrown.cause, depth + 1),
  }
}

/** A property as an entry, when it is there and simple. */
function detail(error: Error, name: string): [string, string | number][] {
  const value = (error as unknown as Record<string, unknown>)[name]
  return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : []
}

/** A thrown value as something that JSON can hold. */
function encodeValue(value: unknown): string | number | boolean | null {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  try {
    return String(value).slice(0, longest)
  } catch {
    return 'a value that has no text'
  }
}
