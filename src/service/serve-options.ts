import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  invalid,
  isWhole,
  type Reader,
  readAll,
  readDuration,
  readFlag,
  readName,
  readSize,
  readVariableNames,
  readVersion,
} from '../options/readers.ts'
import type { Duration, Size } from '../options/types.ts'

/** What a service is, and how long it stays. */
export interface ServeOptions {
  /** Its name: `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`. */
  name: string
  /** Its version. Two versions run side by side, unless they `replace` one another. */
  version: string
  /** How long it stays without a connection. Default `'10m'`. */
  idleTimeout?: Duration | undefined
  /** Names of variables that are a part of its identity: another value is another service. As in `connect()`. */
  env?: readonly string[] | undefined
  /**
   * Does a newer version take over from an older one: calls in progress are finished, new ones wait? As in `connect()`. Versions are
   * compared number by number. Default false.
   */
  replace?: boolean | undefined
  /** Files (a lock file, a configuration) whose change makes it end as soon as no call is in progress; the next call starts a new one. */
  files?: readonly (string | URL)[] | undefined
  /** Methods that can be done twice: a call that is lost with the daemon is made once more. Default: none. */
  idempotent?: readonly string[] | undefined
  /** How long calls in progress have to finish when it is stopped or replaced; what is left is aborted. Default `'5s'`. */
  drainTimeout?: Duration | undefined
  /** The longest message, in either direction. Default `'64MB'`. */
  maxMessage?: Size | undefined
  /** How many calls of one client are run at once; more wait with the client. Default 1000. */
  maxCalls?: number | undefined
}

/** The options once they are read. */
export interface ReadServeOptions {
  name: string
  version: string
  idleTimeout: number
  env: string[]
  replace: boolean
  files: string[]
  idempotent: string[]
  drainTimeout: number
  maxMessage: number
  maxCalls: number
}

const readers: { [Name in keyof ReadServeOptions]: Reader<ReadServeOptions[Name] | undefined> } = {
  name: readName,
  version: readVersion,
  idleTimeout: readDuration,
  env: readVariableNames,
  replace: readFlag,
  files: readFiles,
  idempotent: readNames,
  drainTimeout: readDuration,
  maxMessage: readMaxMessage,
  maxCalls: (value, option) => {
    if (isWhole(value, 1, 1_000_000)) return value
    throw invalid(option, value, 'a whole number from 1 to 1000000')
  },
}

/**
 * Reads the options of serve(), and fills in the defaults.
 * @throws {InvalidOptionError}
 */
export function readServeOptions(options: ServeOptions): ReadServeOptions {
  if (typeof options !== 'object' || options === null) throw invalid('options', options, 'an object')
  const { name, version, ...rest } = readAll<ReadServeOptions>(options, readers)
  if (name === undefined) throw invalid('name', undefined, 'given: a service is found by it')
  if (version === undefined) throw invalid('version', undefined, 'given: a service is found by it')
  return {
    ...{ name, version, env: [], replace: false, files: [], idempotent: [] },
    ...{ idleTimeout: 600_000, drainTimeout: 5000, maxMessage: 64 * 1024 ** 2, maxCalls: 1000 },
    ...rest,
  }
}

/** Reads the paths of files. */
function readFiles(value: unknown, option: string): string[] {
  if (!Array.isArray(value)) throw invalid(option, value, 'an array of paths')
  return value.map((file, index) => {
    if (file instanceof URL && file.protocol === 'file:') return fileURLToPath(file)
    if (typeof file === 'string' && file !== '' && !file.includes('\0')) return resolve(file)
    throw invalid(`${option}[${index}]`, file, "a path, or a 'file:' URL")
  })
}

/** Reads names of methods. */
function readNames(value: unknown, option: string): string[] {
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value
  throw invalid(option, value, 'an array of names of methods')
}

/** Reads the length of the longest message. V8 makes no buffer of 4 GB on every system. */
function readMaxMessage(value: unknown, option: string): number {
  const size = readSize(value)
  if (isWhole(size, 1024, 2 ** 31)) return size
  throw invalid(option, value, "bytes from 1024 to 2147483648, or a size such as '64MB'")
}
