import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { NormalOptions, Rotation } from '../options/types.ts'
import { isHealthPlan } from './health/is-health-plan.cjs'
import type { HealthPlan } from './health/types.ts'

/** How a daemon is kept, as it stands in its record: read and complete. */
export type KeepPlan = Pick<NormalOptions, 'restart' | 'success' | 'backoff' | 'stableAfter' | 'restartLimit'> &
  HealthPlan

/** Reads the plan in the record of a folder; nothing when it is not to be kept, or its record is lost. */
export function readPlan(folder: string): KeepPlan | undefined {
  const kept = readKept(folder)
  return isPlan(kept) ? kept : undefined
}

/** How the logs of a daemon are rotated, and which they are; nothing when they are not, or nobody knows. */
export function readRotation(folder: string): { rotate: Rotation; logs: string[] } | undefined {
  const { rotate, logs } = (readKept(folder) ?? {}) as { rotate?: Partial<Rotation>; logs?: unknown }
  const { size, every = 1 } = rotate ?? {}
  const isEvery = typeof every === 'number' || ['hour', 'day', 'week'].includes(every)
  if (typeof size !== 'number' || !isEvery || !Array.isArray(logs)) return undefined
  return { rotate: rotate as Rotation, logs: logs.map((log) => resolve(folder, String(log))) }
}

/** Reads what the record of a folder says of how it is kept. */
function readKept(folder: string): Partial<KeepPlan> | undefined {
  let fd: number | undefined
  try {
    fd = openSync(`${folder}/record.json`, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const { kept } = fstatSync(fd).isFile() ? JSON.parse(readFileSync(fd, 'utf8')) : {}
    return kept
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Has it the shape that is relied on? Somebody may have edited it. */
function isPlan(plan: Partial<KeepPlan> | undefined): plan is KeepPlan {
  const { restart = '', success, backoff, stableAfter, restartLimit } = plan ?? {}
  const numbers = [
    backoff?.from,
    backoff?.to,
    backoff?.factor,
    stableAfter,
    restartLimit?.restarts,
    restartLimit?.within,
  ]
  return (
    ['no', 'on-failure', 'always'].includes(restart) &&
    [success?.exitCodes, success?.signals].every(Array.isArray) &&
    numbers.every((number) => typeof number === 'number' && number > 0) &&
    isHealthPlan(plan ?? {})
  )
}
