import type { StartStep } from '../errors.ts'
import type { UlimitCall } from '../options/types.ts'
import type { LockVerdict, TrampolineEnd } from './launch.cts'

export type { LockVerdict } from './launch.cts'

import { refusedLock } from './launch.ts'

/** What a trampoline that started nothing says by its exit code. */
export type TrampolineVerdict = LockVerdict | { step: StartStep; message: string }

/** Reads how a trampoline that started nothing ended. */
export function trampolineVerdict(end: TrampolineEnd, limits: readonly UlimitCall[]): TrampolineVerdict {
  const lock = refusedLock(end)
  if (lock !== undefined) return lock
  if (end.code === 69) return { step: 'lock', message: 'a lock needs the command flock (Debian: package util-linux)' }
  const limit = limits[(end.code ?? 0) - 100]
  return limit === undefined ? { step: 'trampoline', message: describeEnd(end) } : refusedLimit(limit)
}

/** Says that a limit could not be set. */
function refusedLimit({ option, asked }: UlimitCall): { step: StartStep; message: string } {
  const remedy = 'a soft limit is no higher than the hard one, and only root may raise that'
  return { step: 'limits', message: `${option}: can't be set to ${JSON.stringify(asked)}; ${remedy}` }
}

/** Says what became of the shell. */
function describeEnd({ code, signal, error }: TrampolineEnd): string {
  if (error !== undefined) return `/bin/sh, which starts the daemon, could not be started: ${(error as Error).message}`
  return `/bin/sh, which starts the daemon, ended with ${signal ?? `exit code ${code}`} before it did`
}
