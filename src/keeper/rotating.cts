import { watchLog } from '../logs/watch-log.cjs'
import type { Hand } from './hand.cts'
import { readRotation } from './plan.cjs'

/** Has the logs of a daemon rotated when they are due; returns what ends that. */
export function rotateWhenDue(name: string, folder: string, hand: Hand): () => void {
  const { rotate, logs } = readRotation(folder) ?? { rotate: undefined, logs: [] }
  if (rotate === undefined) return () => {}
  const watches = logs.map((path) =>
    watchLog(path, rotate, async (whole) => {
      const { error } = await hand.run({ kind: 'rotate', name, path, whole })
      if (error !== null) throw new Error(error)
    }),
  )
  return () => {
    for (const watch of watches) watch.end()
  }
}
