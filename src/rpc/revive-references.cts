import type { Reference } from './message.ts'
import { setIn } from './references.cjs'
import { decodeThrown } from './thrown.cjs'

/** How references come to life again at the other end. */
export interface Revivers {
  callback(reference: number): unknown
  signal(reference: number): AbortSignal
}

/** Puts what references stand for back into their places. Throws for a path that leads nowhere. */
export function reviveReferences(args: unknown[], references: readonly Reference[], revivers: Revivers): void {
  const revived: unknown[] = []
  for (const [index, reference] of references.entries()) {
    const place = reference.path.at(-1) as string | number
    const holder = reference.path.slice(0, -1).reduce<unknown>(ownValue, args)
    ownValue(holder, place)
    revived.push(reference.kind === 'same' ? ownValue(revived, reference.of) : revive(index, reference, revivers))
    setIn(holder as object, place, revived[index])
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
function revive(index: number, reference: Exclude<Reference, { kind: 'same' }>, revivers: Revivers): unknown {
  if (reference.kind === 'error') return decodeThrown(reference.error)
  return reference.kind === 'callback' ? revivers.callback(index) : revivers.signal(index)
}
