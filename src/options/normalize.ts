import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { InvalidOptionError } from '../errors.ts'
import { readLimits } from './limits.ts'
import {
  type Reader,
  readAccount,
  readChoice,
  readDuration,
  readEnvironment,
  readFds,
  readNice,
  readPath,
  readText,
  readUmask,
} from './readers.ts'
import type { DaemonOptions, NormalOptions } from './types.ts'

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
  ready: readChoice('auto', 'manual'),
  startTimeout: readDuration,
}

/**
 * Turns the user's options into complete ones.
 * @throws {InvalidOptionError} for an unknown option, a wrong type or value, and a working directory that can't be used.
 */
export function normalizeOptions(options: DaemonOptions = {}): NormalOptions {
  const given = readGiven(options)
  const workingDir = resolve(given.workingDir ?? '.')
  checkDirectory(given.workingDir ?? '.', workingDir)
  return {
    workingDir,
    stdout: resolve(workingDir, given.stdout ?? '/dev/null'),
    stderr: resolve(workingDir, given.stderr ?? '/dev/null'),
    umask: given.umask ?? 0,
    env: given.env,
    user: given.user,
    group: given.group,
    limits: given.limits ?? [],
    nice: given.nice,
    title: given.title,
    preserveFds: given.preserveFds ?? [],
    pidFile: given.pidFile === undefined ? undefined : resolve(workingDir, given.pidFile),
    ready: given.ready ?? 'auto',
    startTimeout: given.startTimeout ?? 30_000,
  }
}

/** Reads the options that were given, and refuses those that do not exist. */
function readGiven(options: unknown): Partial<NormalOptions> {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new InvalidOptionError('options', options, `Expected the options to be an object, got ${show(options)}`)
  }
  const given: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(readers, name)) {
      const known = Object.keys(readers).join(', ')
      throw new InvalidOptionError(name, value, `There is no option '${name}'; there are: ${known}`)
    }
    if (value !== undefined) given[name] = readers[name as keyof NormalOptions](value, name)
  }
  return given
}

/** Refuses a working directory that the daemon could not change to. */
function checkDirectory(value: string, path: string): void {
  const problem = directoryProblem(path)
  if (problem === undefined) return
  throw new InvalidOptionError('workingDir', value, `workingDir: can't work in '${path}': ${problem.message}`, problem)
}

/** Says why a path is no directory that can be used, or nothing when it can. */
function directoryProblem(path: string): Error | undefined {
  try {
    // The dot needs the right to search the directory, which a plain stat of it does not.
    return statSync(`${path}/.`).isDirectory() ? undefined : new Error('not a directory')
  } catch (error) {
    return error as Error
  }
}

/** Shows a value in an error. */
function show(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'an array' : `a ${typeof value}`
}
