import type { Reference } from './message.ts'
import { encodeThrown } from './thrown.cjs'

/** Something among the arguments that is carried as a reference, and stays where it is. */
export type Held = { reference: Reference } & (
  | { kind: 'callback'; callback: (...args: unknown[]) => unknown }
  | { kind: 'signal'; signal: AbortSignal }
  | { kind: 'error' | 'same' }
)

type Path = Reference['path']

/**
 * Finds callbacks, signals and errors among the arguments: the arguments themselves, and what stands in plain objects and arrays.
 * @returns the arguments with nothing in their places, in copies of what holds them; the very arguments, when there are none.
 */
export function holdReferences(args: readonly unknown[]): { args: readonly unknown[]; held: Held[] } {
  const found: Found = { held: [], places: new Map(), holders: findHolders(args), copies: new Map() }
  return { args: found.holders.has(args) ? (copyHolder(args, [], found) as unknown[]) : args, held: found.held }
}

/** Finds all that leads to a reference, also by a way that comes back: each of these has to be copied, and nothing else. */
function findHolders(args: readonly unknown[]): Set<object> {
  const parents = new Map<object, object[]>([[args, []]])
  const holders = new Set<object>()
  const todo: object[] = [args]
  for (let value = todo.pop(); value !== undefined; value = todo.pop()) {
    for (const inner of Object.values(value)) {
      if (isReference(inner) || holders.has(inner)) addWithParents(value, holders, parents)
      if (!isContainer(inner)) continue
      const known = parents.get(inner)
      known?.push(value)
      if (known !== undefined) continue
      parents.set(inner, [value])
      todo.push(inner)
    }
  }
  return holders
}

/** Adds a holder, and all that holds it. */
function addWithParents(holder: object, holders: Set<object>, parents: Map<object, object[]>): void {
  const todo = [holder]
  for (let value = todo.pop(); value !== undefined; value = todo.pop()) {
    if (holders.has(value)) continue
    holders.add(value)
    for (const parent of parents.get(value) ?? []) todo.push(parent)
  }
}

interface Found {
  held: Held[]
  /** Where in `held` each thing stands. */
  places: Map<object, number>
  holders: Set<object>
  copies: Map<object, object>
}

/** Copies what holds references, which are noted. */
function copyHolder(value: object, path: Path, found: Found): object {
  const copy = (Array.isArray(value) ? value.slice() : { ...value }) as Record<string, unknown>
  found.copies.set(value, copy)
  for (const key of Object.keys(copy)) {
    const inner = copy[key]
    if (isReference(inner)) {
      note(inner, [...path, key], found)
      setIn(copy, key, undefined)
    } else if (found.holders.has(inner as object)) {
      setIn(copy, key, found.copies.get(inner as object) ?? copyHolder(inner as object, [...path, key], found))
    }
  }
  return copy
}

type Referenced = ((...args: unknown[]) => unknown) | AbortSignal | Error

/** Is this carried as a reference? */
function isReference(value: unknown): value is Referenced {
  if (typeof value === 'function') return true
  return typeof value === 'object' && value !== null && (value instanceof AbortSignal || value instanceof Error)
}

/** Notes a reference; one that was noted already is the same at the other end, too. */
function note(value: Referenced, path: Path, { held, places }: Found): void {
  const of = places.get(value)
  if (of === undefined) places.set(value, held.length)
  if (of !== undefined) held.push({ kind: 'same', reference: { path, kind: 'same', of } })
  else if (typeof value === 'function')
    held.push({ kind: 'callback', callback: value, reference: { path, kind: 'callback' } })
  else if (value instanceof AbortSignal)
    held.push({ kind: 'signal', signal: value, reference: { path, kind: 'signal', reason: reasonOf(value) } })
  else held.push({ kind: 'error', reference: { path, kind: 'error', error: encodeThrown(value) } })
}

/** Why a signal was aborted; null when it was not. */
function reasonOf(signal: AbortSignal): (Reference & { kind: 'signal' })['reason'] {
  return signal.aborted ? encodeThrown(signal.reason) : null
}

/** Is this a plain object or an array, whose insides are looked at? */
function isContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  if (Array.isArray(value)) return true
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/** Sets an own property, whatever its name is. */
export function setIn(holder: object, key: string | number, value: unknown): void {
  Object.defineProperty(holder, key, { value, enumerable: true, configurable: true, writable: true })
}
