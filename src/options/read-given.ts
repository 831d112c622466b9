import { InvalidOptionError } from '../errors.ts'
import { readHealth, readMaxMemory, readWatchdog } from './health.ts'
import { readBackoff, readRestart, readRestartLimit, readSuccess } from './keep.ts'
import { readLimits } from './limits.ts'
import {
  type Reader,
  readAccount,
  readAll,
  readChoice,
  readDuration,
  readEnvironment,
  readFds,
  readFlag,
  readLongDuration,
  readName,
  readNice,
  readPath,
  readService,
  readSignal,
  readText,
  readUmask,
} from './readers.ts'
import { readReady } from './ready.ts'
import { readRotate } from './rotate.ts'
import type { GivenOptions, NormalOptions } from './types.ts'

/** How each option is read. The one list of options: an option that is not here does not exist. */
const readers: { [Name in keyof NormalOptions]: Reader<NormalOptions[Name] | undefined> } = {
  stdout: readPath,
  stderr: readPath,
  workingDir: readPath,
  umask: readUmask,
  env: readEnvironment,
  user: readAccount,
  group: readAccount,
  limits: readLimits,
  nice: readNice,
  title: readText,
  preserveFds: readFds,
  pidFile: readPath,
  ready: readReady,
  startTimeout: readDuration,
  name: readName,
  stopSignal: readSignal,
  stopTimeout: readDuration,
  stopScope: readChoice('tree', 'group', 'main'),
  extendEnv: readFlag,
  envFile: readPath,
  service: readService,
  keep: readFlag,
  restart: readRestart,
  success: readSuccess,
  backoff: readBackoff,
  stableAfter: readDuration,
  restartLimit: readRestartLimit,
  health: readHealth,
  watchdog: readWatchdog,
  maxMemory: readMaxMemory,
  maxAge: readLongDuration,
  rotate: readRotate,
}

/**
 * Reads the options that were given.
 * @throws {InvalidOptionError} for an unknown option, and a wrong type or value.
 */
export function readGiven(options: unknown): GivenOptions {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidOptionError('options', options, `Expected the options to be an object, got ${show(options)}`)
  }
  return readAll(options, readers)
}

/** Shows a value in an error. */
function show(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
}
