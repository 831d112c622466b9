import { livingProcess, readSeen } from '../../home/seen.cjs'
import type { KeepPlan } from '../plan.cts'
import type { Ailment } from './types.ts'

/** Watches whether the life of a daemon that goes on is well, when that was asked for; returns what ends it. */
export function beginHealth(
  folder: string,
  plan: (KeepPlan & { workingDir?: string }) | undefined,
  onUnwell: (why: string, ailment: Ailment) => void,
): () => void {
  const { health, watchdog, maxMemory, maxAge, workingDir = '/' } = plan ?? {}
  const isAsked = [health, watchdog, maxMemory, maxAge].some((one) => one !== undefined && one !== null)
  const state = isAsked ? readSeen(folder) : undefined
  const living = livingProcess(state)
  if (living === undefined || typeof state !== 'object') return () => {}
  const { watchHealth } = require('./watch-health.cjs') as typeof import('./watch-health.cts')
  const { pid, start } = living
  const watched = { folder, pid, start, session: state.session, instance: state.instance, workingDir }
  return watchHealth({ health, watchdog, maxMemory, maxAge }, watched, onUnwell).end
}
