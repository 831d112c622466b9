import { readFileSync } from 'node:fs'
import * as util from 'node:util'
import { inheritedEnvironment } from '../detach/rerun.ts'
import { InvalidOptionError } from '../errors.ts'
import type { NormalOptions } from '../options/types.ts'

/** Makes a daemon's environment, anew at each start: the launcher's unless it was given, then the file's, then what was given. */
export function makeEnvironment({ env, extendEnv, envFile, ready }: NormalOptions): NodeJS.Dict<string> {
  return {
    ...(env === undefined || extendEnv ? inheritedEnvironment() : {}),
    ...(envFile === undefined ? {} : readEnvFile(envFile)),
    ...env,
    ...(ready.kind === 'fd' ? { DAEMONIC_NOTIFY_FD: String(ready.fd) } : {}),
  }
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
