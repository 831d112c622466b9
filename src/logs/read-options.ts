import { invalid, isWhole, type Reader, readAll, readDuration, readFlag } from '../options/readers.ts'

/** What is read of logs. */
export interface ReadOptions {
  /** How many of the last lines of each; undefined for all. */
  lines: number | undefined
  follow: boolean
  /** Milliseconds of the wall clock. */
  since: number | undefined
  /** Which lines. */
  grep: RegExp | undefined
  signal: AbortSignal | undefined
}

/** A number of lines. */
const readCount: Reader<number> = (value, option) => {
  if (isWhole(value, 0, Number.MAX_SAFE_INTEGER)) return value
  throw invalid(option, value, 'a whole number, 0 or more')
}

/** A moment: a date, or how long ago it is. */
const readMoment: Reader<number> = (value, option) => {
  if (!(value instanceof Date)) return Date.now() - readDuration(value, option)
  if (!Number.isNaN(value.getTime())) return value.getTime()
  throw invalid(option, value, 'a valid date, or how long ago')
}

/** A pattern. One that remembers where it was would leave lines out. */
const readPattern: Reader<RegExp> = (value, option) => {
  if (value instanceof RegExp) return new RegExp(value.source, value.flags.replace(/[gy]/g, ''))
  try {
    if (typeof value === 'string') return new RegExp(value)
  } catch (error) {
    throw invalid(option, value, `a regular expression (${(error as Error).message})`, error)
  }
  throw invalid(option, value, 'a regular expression')
}

/** What ends the reading. */
const readAbortSignal: Reader<AbortSignal> = (value, option) => {
  if (value instanceof AbortSignal) return value
  throw invalid(option, value, 'an AbortSignal')
}

const readers: { [Name in keyof ReadOptions]: Reader<ReadOptions[Name]> } = {
  lines: readCount,
  follow: readFlag,
  since: readMoment,
  grep: readPattern,
  signal: readAbortSignal,
}

/**
 * Reads the options.
 * @throws {InvalidOptionError} for an unknown option, and a wrong type or value.
 */
export function readLogOptions(options: object): ReadOptions {
  return {
    lines: undefined,
    follow: false,
    since: undefined,
    grep: undefined,
    signal: undefined,
    ...readAll(options, readers),
  }
}
