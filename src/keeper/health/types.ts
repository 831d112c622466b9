import type { HealthCheck } from '../../options/types.ts'

/** What is watched: read and complete, milliseconds and bytes. */
export interface HealthPlan {
  health?: HealthCheck | undefined
  watchdog?: number | undefined
  maxMemory?: number | undefined
  maxAge?: number | undefined
}

/** One life of a daemon. */
export interface Watched {
  folder: string
  /** The main process, and when it started: see system/identity.cts. */
  pid: number
  start: string
  session: number
  /** The mark of the life. */
  instance: string
  /** What a check command is given as its environment. Default: the daemon's own. */
  env?: NodeJS.Dict<string> | undefined
  workingDir: string
}

/** Why a daemon is not well. For its age it is only to be renewed. */
export type Ailment = 'health' | 'watchdog' | 'memory' | 'age'

/** What is known of a daemon's health, for people. */
export interface HealthFacts {
  /** How the last check came out; undefined before the first. `since` when it is so, and `at`: milliseconds of the wall clock. */
  check: { isWell: boolean; seen: string; failures: number; since: number; at: number } | undefined
  /** Memory of all its processes when it was looked at last, in bytes; undefined without maxMemory, and before the first look. */
  memory: number | undefined
}
