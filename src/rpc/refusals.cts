import { encodeFrame } from './values.cjs'

/** The error for arguments that can't be cloned: it names the method, the argument, and where in it. */
export async function notCarried(method: string, args: readonly unknown[], cause: unknown): Promise<Error> {
  const { ArgumentError } = await import('../errors.ts')
  const index = Math.max(
    0,
    args.findIndex((arg) => !isCloneable(arg)),
  )
  const where = placeIn(args[index])
  const what = `argument ${index + 1}${where === '' ? '' : ` (${where})`}`
  const remedy = 'callbacks, signals and errors are carried when they are an argument, or in a plain object or array'
  return new ArgumentError(
    index,
    `${method}(): ${what} can't be carried to the service: ${wordsOf(cause)}; ${remedy}`,
    cause,
  )
}

/** The error for what is longer than a frame may be. */
export async function tooLarge(what: string, size: number, limit: number): Promise<Error> {
  const { DaemonicError } = await import('../errors.ts')
  const remedy = "send it in parts, or raise the service's maxMessage"
  return new DaemonicError('TOO_LARGE', `${what} take ${size} bytes, and a message may have ${limit}: ${remedy}`)
}

/** The error for a result, or what a callback is called with, that can't be cloned. */
export async function notCarriedBack(what: string, cause: unknown): Promise<Error> {
  const { DaemonicError } = await import('../errors.ts')
  return new DaemonicError('NOT_CLONEABLE', `${what} can't be carried back: ${wordsOf(cause)}`, cause)
}

/** What stood against the clone: it may be whatever a getter throws. */
function wordsOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}

/** Can this be cloned, or carried as a reference? */
function isCloneable(value: unknown): boolean {
  const { holdReferences } = require('./references.cjs') as typeof import('./references.cts')
  try {
    encodeFrame(['returned', 0, holdReferences([value]).args])
    return true
  } catch {
    return false
  }
}

/** How many steps of the way to a value are told. */
const deepest = 20

/** Where in an argument the value is that can't be cloned; '' when that can't be seen, as getters throw. */
function placeIn(argument: unknown): string {
  try {
    return pathTo(argument, new Set())
  } catch {
    return ''
  }
}

/** The way to the value that can't be cloned: `.a[1].b`. */
function pathTo(value: unknown, seen: Set<object>): string {
  if (typeof value !== 'object' || value === null || seen.has(value)) return ''
  // Each step tries to clone all that is below: of a chain of thousands that is too long for the clone, a beginning is enough.
  if (seen.size === deepest) return ' and deeper'
  seen.add(value)
  const entry = Object.entries(value).find(([, inner]) => !isCloneable(inner))
  if (entry === undefined) return ''
  const [key, inner] = entry
  return `${Array.isArray(value) ? `[${key}]` : `.${key}`}${pathTo(inner, seen)}`
}
