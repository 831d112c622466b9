import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as util from 'node:util'
import { inheritedEnvironment } from '../detach/rerun.ts'
import { InvalidOptionError } from '../errors.ts'
import { homePath } from '../home/home.ts'
import type { NormalOptions } from '../options/types.ts'

/**
 * Makes a daemon's environment, anew at each start: the launcher's unless it was given, then the file's, then what was given.
 * @param base the launcher's, when it was started by another process than this one.
 */
export function makeEnvironment(
  { name, env, extendEnv, envFile, ready, watchdog }: NormalOptions,
  base?: NodeJS.Dict<string>,
): NodeJS.Dict<string> {
  return {
    ...(env === undefined || extendEnv ? (base ?? inheritedBase()) : {}),
    ...(envFile === undefined ? {} : readEnvFile(envFile)),
    ...env,
    ...(ready.kind === 'fd' ? { DAEMONIC_NOTIFY_FD: String(ready.fd) } : {}),
    ...(watchdog === undefined || name === undefined ? {} : { DAEMONIC_ALIVE_FILE: aliveFile(name) }),
  }
}

/** The file that a command touches to say that it is alive. */
function aliveFile(name: string): string {
  return join(homePath(), name, 'alive')
}

/** This process's environment, cleaned. The daemon works elsewhere: a home that is told by a relative path would be another there. */
export function inheritedBase(): NodeJS.Dict<string> {
  const { DAEMONIC_HOME, ...others } = inheritedEnvironment()
  return DAEMONIC_HOME ? { ...others, DAEMONIC_HOME: homePath() } : others
}

/** Reads a file of variables. */
function readEnvFile(path: string): NodeJS.Dict<string> {
  if (typeof util.parseEnv !== 'function') {
    throw new InvalidOptionError('envFile', path, `envFile needs Node 20.12 or newer; this is ${process.version}`)
  }
  try {
    return util.parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new InvalidOptionError('envFile', path, `envFile: can't read '${path}': ${(error as Error).message}`, error)
  }
}
