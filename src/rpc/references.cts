import type { Reference } from './message.ts'
import { decodeThrown, encodeThrown } from './thrown.cjs'

/** Something among the arguments that is carried as a reference, and stays where it is. */
export type Held = { reference: Reference } & (
  | { kind: 'callback'; callback: (...args: unknown[]) => unknown }
  | { kind: 'signal'; signal: AbortSignal }
  | { kind: 'error' }
)

type Path = Reference['path']

/**
 * Finds callbacks, signals and errors among the arguments: the arguments themselves, and what stands in plain objects and arrays.
 * @returns the arguments with nothing in their places, in copies of what holds them; the very arguments, when there are none.
 */
export function holdReferences(args: readonly unknown[]): { args: readonly unknown[]; held: Held[] } {
  const held: Held[] = []
  const copies = new Map<object, object>()
  const replaced = visit(args, [], held, copies, new Set())
  return { args: replaced as readonly unknown[], held }
}

/** Looks at a value; what it holds is replaced in a copy. */
function visit(value: unknown, path: Path, held: Held[], copies: Map<object, object>, seen: Set<object>): unknown {
  if (typeof value === 'function') return hold(held, path, { kind: 'callback', callback: value as () => unknown })
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof AbortSignal) return hold(held, path, { kind: 'signal', signal: value })
  if (value instanceof Error) {
    held.push({ kind: 'error', reference: { path, kind: 'error', error: encodeThrown(value) } })
    return undefined
  }
  if (!isContainer(value)) return value
  if (seen.has(value)) return copies.get(value) ?? value
  seen.add(value)
  const look = (key: string | number, inner: unknown): void => {
    if (typeof inner !== 'object' && typeof inner !== 'function') return
    const replaced = visit(inner, [...path, key], held, copies, seen)
    if (replaced !== inner) setIn(copyOf(value, copies), key, replaced)
  }
  // A list of a million numbers has a million keys: they are not made.
  if (Array.isArray(value)) for (let index = 0; index < value.length; index += 1) look(index, value[index])
  else for (const key of Object.keys(value)) look(key, (value as Record<string, unknown>)[key])
  return copies.get(value) ?? value
}

/** Notes a callback or a signal. */
function hold(
  held: Held[],
  path: Path,
  what: { kind: 'callback'; callback: (...args: unknown[]) => unknown } | { kind: 'signal'; signal: AbortSignal },
): undefined {
  if (what.kind === 'callback') held.push({ ...what, reference: { path, kind: 'callback' } })
  else held.push({ ...what, reference: { path, kind: 'signal', reason: reasonOf(what.signal) } })
  return undefined
}

/** Why a signal was aborted; null when it was not. */
function reasonOf(signal: AbortSignal): (Reference & { kind: 'signal' })['reason'] {
  return signal.aborted ? encodeThrown(signal.reason) : null
}

/** Is this a plain object or an array, whose insides are looked at? */
function isContainer(value: object): boolean {
  if (Array.isArray(value)) return true
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** The copy of what holds a reference. */
function copyOf(value: object, copies: Map<object, object>): object {
  const made = copies.get(value) ?? (Array.isArray(value) ? [...value] : { ...value })
  copies.set(value, made)
  return made
}

/** Sets an own property, whatever its name is. */
function setIn(holder: object, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}

/** How references come to life again at the other end. */
export interface Revivers {
  callback(reference: number): unknown
  signal(reference: number): AbortSignal
}

/** Puts what references stand for back into their places. Throws for a path that leads nowhere. */
export function reviveReferences(args: unknown[], references: readonly Reference[], revivers: Revivers): void {
  for (const [index, reference] of references.entries()) {
    const place = reference.path.at(-1) as string | number
    const holder = reference.path.slice(0, -1).reduce<unknown>(ownValue, args)
    ownValue(holder, place)
    setIn(holder as object, place, revive(index, reference, revivers))
  }
}

/** Steps into an object by a property of its own: a path that a stranger made up must lead to no prototype. */
function ownValue(holder: unknown, key: string | number): unknown {
  if (typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key)) {
    return (holder as Record<string | number, unknown>)[key]
  }
  throw new TypeError('a reference leads nowhere')
}

/** Makes what a reference stands for. */
function revive(index: number, reference: Reference, revivers: Revivers): unknown {
  if (reference.kind === 'error') return decodeThrown(reference.error)
  return reference.kind === 'callback' ? revivers.callback(index) : revivers.signal(index)
}
