import { splitLines } from '../logs/part-lines.ts'
import { readLogFiles } from '../logs/read-log-files.ts'
import { readLogOptions } from '../logs/read-options.ts'
import type { LogFile } from '../logs/reading.ts'
import type { Duration } from '../options/types.ts'
import { type Lookup, stateOf } from './look-up.ts'
import { logsOf } from './status.ts'

/** Which lines of a daemon's logs are read. */
export interface LogOptions {
  /** How many of the last lines of each log. Default 10 on the command line, all in the library. */
  lines?: number | undefined
  /** Go on with lines as they come, across rotations and restarts. Default false. */
  follow?: boolean | undefined
  /**
   * Only what was written since: a date, or how long ago. The time of a line is an ISO 8601 date and time at its beginning, or the
   * `time`, `timestamp` or `ts` of a line of JSON; else the one of the line before it, or when its part of the log was begun, by the
   * record: the daemon was started then, or the log rotated. With `lines`: those of the last lines.
   */
  since?: Date | Duration | undefined
  /** Only the lines that match, of those that are asked for otherwise. A text is a regular expression. */
  grep?: RegExp | string | undefined
  /** Ends the reading; when logs are followed, once what was written by then has been read. */
  signal?: AbortSignal | undefined
}

/** One line of a daemon's log, without its newline; a piece of it, when it is longer than 1 MiB. */
export interface LogLine {
  name: string
  stream: 'stdout' | 'stderr' | 'stdout and stderr'
  line: string
}

/**
 * Reads the logs of daemons: the last lines of each, one log after the other; with `follow`, then the lines of all as they come.
 * @throws {InvalidOptionError}
 * @throws {DaemonicError} NOT_READABLE
 */
export async function* readLogs(lookups: readonly Lookup[], options: LogOptions): AsyncGenerator<LogLine> {
  for await (const { label, bytes } of readLogFiles(lookups.flatMap(filesOf), readLogOptions(options))) {
    for (const line of splitLines(bytes)) yield { ...label, line }
  }
}

/** Reads the logs of daemons byte for byte, in whole lines. It throws the same. */
export async function* readRawLogs(lookups: readonly Lookup[], options: LogOptions): AsyncGenerator<Buffer> {
  for await (const { bytes } of readLogFiles(lookups.flatMap(filesOf), readLogOptions(options))) yield bytes
}

/** The log files of a daemon. */
function filesOf(lookup: Lookup): LogFile<Omit<LogLine, 'line'>>[] {
  const state = stateOf(lookup)
  return logsOf(lookup).map(({ stream, path }) => ({
    path,
    label: { name: lookup.name, stream },
    startedAt: state?.startedAt,
    sizeAtStart: state?.logsFrom[stream === 'stderr' ? 'stderr' : 'stdout'],
  }))
}
