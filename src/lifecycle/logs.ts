import type { Duration } from '../options/types.ts'
import type { Lookup } from './look-up.ts'

/** Which lines of a daemon's logs are read. */
export interface LogOptions {
  /** How many of the last lines. Default 10 on the command line, all in the library. */
  lines?: number | undefined
  /** Go on with lines as they come, across rotations and restarts. Default false. */
  follow?: boolean | undefined
  /** Only what was written since: a date, or how long ago. */
  since?: Date | Duration | undefined
  /** Ends the reading. */
  signal?: AbortSignal | undefined
}

/** One line of a daemon's log, without its end. */
export interface LogLine {
  name: string
  stream: 'stdout' | 'stderr' | 'stdout and stderr'
  line: string
}

/** Reads the logs of daemons. */
export async function* readLogs(_lookups: readonly Lookup[], _options: LogOptions): AsyncGenerator<LogLine> {}
