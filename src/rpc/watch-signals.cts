import type { Held } from './references.cts'
import { encodeThrown, type ThrownData } from './thrown.cjs'

/** Calls back when one of the signals is aborted, at once when one is; returns what ends that. */
export function watchSignals(
  held: readonly Held[],
  onAbort: (reference: number, reason: unknown, data: ThrownData) => void,
): () => void {
  const releases = held.map((one, reference) => {
    if (one.kind !== 'signal') return () => {}
    const { signal } = one
    return watch(signal, () => onAbort(reference, signal.reason, encodeThrown(signal.reason)))
  })
  const release = (): void => {
    for (const one of releases) one()
  }
  const aborted = held.findIndex((one) => one.kind === 'signal' && one.signal.aborted)
  const first = held[aborted]
  if (first?.kind === 'signal') {
    release()
    onAbort(aborted, first.signal.reason, encodeThrown(first.signal.reason))
  }
  return release
}

/** Who waits for each signal. A signal that many calls share has one listener: Node warns of a leak from eleven on. */
const watchers = new WeakMap<AbortSignal, Set<() => void>>()

/** Calls back when a signal is aborted; returns what ends that. */
function watch(signal: AbortSignal, watcher: () => void): () => void {
  const all = watchers.get(signal) ?? new Set()
  watchers.set(signal, all)
  if (all.size === 0) signal.addEventListener('abort', tellAll)
  all.add(watcher)
  return () => {
    all.delete(watcher)
    if (all.size === 0) signal.removeEventListener('abort', tellAll)
  }
}

/** Tells all who wait for a signal. */
function tellAll(this: AbortSignal): void {
  for (const watcher of [...(watchers.get(this) ?? [])]) watcher()
}
