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
    const listener = (): void => onAbort(reference, signal.reason, encodeThrown(signal.reason))
    signal.addEventListener('abort', listener, { once: true })
    return () => signal.removeEventListener('abort', listener)
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
