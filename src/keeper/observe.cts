import { existsSync } from 'node:fs'
import type { State } from '../home/boot/state.cts'
import type { KeptPage } from '../home/kept-page.cts'
import { livingProcess, readSeen } from '../home/seen.cjs'

/**
 * What a daemon's folder tells that is new. gone: there is no such daemon any more. starting: somebody starts it. up: it runs. ended:
 * the life that ran is over. stopped: somebody stopped it. old: nothing new.
 */
export type Observation = { kind: 'gone' | 'starting' | 'old' } | { kind: 'up' | 'ended' | 'stopped'; state: State }

/**
 * Looks what has become of a daemon.
 * @param isTold will its waiter tell of the end? Then how it ended may not be written yet.
 * @param isUnderWay is it being started or stopped by the keeper, which is told how that came out?
 */
export function observe(
  folder: string,
  { phase, instance }: Omit<KeptPage, 'boot'>,
  { isTold, isUnderWay }: { isTold: boolean; isUnderWay: boolean },
): Observation {
  const state = readSeen(folder)
  if (state === undefined) return { kind: existsSync(folder) ? 'old' : 'gone' }
  // A damaged page is made anew by the next start; until then nobody knows.
  if (state === 'garbage') return { kind: 'old' }
  const isNew = state.instance !== instance
  if (livingProcess(state) !== undefined) {
    if (state.phase === 'starting') return { kind: 'starting' }
    return isNew || phase !== 'running' ? { kind: 'up', state } : { kind: 'old' }
  }
  if (state.phase === 'stopped') return isNew || phase !== 'down' ? { kind: 'stopped', state } : { kind: 'old' }
  if (isUnderWay) return { kind: 'old' }
  if (!isNew && phase !== 'running') return { kind: 'old' }
  // Whoever started what never became ready was told so.
  if (isNew && state.readyAfter === null) return { kind: 'old' }
  return isTold && !isNew && state.exit === null ? { kind: 'old' } : { kind: 'ended', state }
}
