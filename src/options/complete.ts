import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { InvalidOptionError } from '../errors.ts'
import type { GivenOptions, HealthCheck, NormalOptions, Readiness, Rotation } from './types.ts'

/**
 * Makes the options complete: fills in the defaults, and makes paths absolute.
 * @throws {InvalidOptionError} for a working directory that can't be used.
 */
export function completeOptions(given: GivenOptions): NormalOptions {
  const workingDir = resolve(given.workingDir ?? '.')
  if (given.workingDir !== undefined) checkDirectory(given.workingDir, workingDir)
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
    ready: given.ready === undefined ? { kind: 'auto' } : completeReady(given.ready, workingDir),
    startTimeout: given.startTimeout ?? 30_000,
    name: given.name,
    stopSignal: given.stopSignal ?? 'SIGTERM',
    stopTimeout: given.stopTimeout ?? 10_000,
    stopScope: given.stopScope ?? 'tree',
    extendEnv: given.extendEnv ?? false,
    envFile: given.envFile === undefined ? undefined : resolve(workingDir, given.envFile),
    service: given.service,
    ...completeKept(given, workingDir),
  }
}

/** Completes what a daemon that is kept has by itself. */
function completeKept(given: GivenOptions, workingDir: string): Keeping & Pick<NormalOptions, 'rotate'> {
  const keeping = completeKeeping(given, workingDir)
  return { ...keeping, rotate: given.rotate ?? (keeping.keep ? rotationDefaults : false) }
}

/** Makes the path absolute by which a daemon is known to be ready. */
function completeReady(ready: Readiness, workingDir: string): Readiness {
  return 'path' in ready ? { ...ready, path: resolve(workingDir, ready.path) } : ready
}

/** Makes the path absolute of a socket that tells of a daemon's health. */
function completeHealth(health: HealthCheck, workingDir: string): HealthCheck {
  return health.kind === 'socket' ? { ...health, path: resolve(workingDir, health.path) } : health
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

const mib = 1024 ** 2

/** How logs are rotated when nobody says otherwise. */
export const rotationDefaults: Rotation = {
  ...{ size: 10 * mib, keep: 5, every: undefined, compress: true, total: 100 * mib },
}

type Restarting = Pick<NormalOptions, 'restart' | 'success' | 'backoff' | 'stableAfter' | 'restartLimit'>
type Watching = Pick<NormalOptions, 'health' | 'watchdog' | 'maxMemory' | 'maxAge'>
type Keeping = Pick<NormalOptions, 'keep'> & Restarting & Watching

/** How a daemon is kept when nobody says otherwise. */
export const keepingDefaults: Restarting & Watching = {
  restart: 'on-failure',
  success: { exitCodes: [], signals: [] },
  backoff: { from: 100, to: 30_000, factor: 2, jitter: true },
  stableAfter: 10_000,
  restartLimit: { restarts: 10, within: 60_000, then: 'give-up' },
  health: undefined,
  watchdog: undefined,
  maxMemory: undefined,
  maxAge: undefined,
}

/** What is about keeping alone. */
const keeping = Object.keys(keepingDefaults) as (keyof typeof keepingDefaults)[]

/**
 * Completes how a daemon is kept: whoever says how says that it is.
 * @throws {InvalidOptionError} when it is said not to be, or is given descriptors that its keeper does not have.
 */
function completeKeeping(given: GivenOptions, workingDir: string): Keeping {
  const reason = keeping.find((option) => given[option] !== undefined)
  if (given.keep === false && reason !== undefined) {
    throw new InvalidOptionError('keep', false, `keep: false says that it is not kept alive, and '${reason}' says how`)
  }
  const keep = given.keep ?? reason !== undefined
  if (keep && (given.preserveFds?.length ?? 0) > 0) {
    throw new InvalidOptionError(
      'preserveFds',
      given.preserveFds,
      'preserveFds: a kept daemon is started again by its keeper, which does not have these descriptors',
    )
  }
  const named = Object.fromEntries(keeping.map((option) => [option, given[option] ?? keepingDefaults[option]]))
  const { health, ...others } = named as Omit<Keeping, 'keep'>
  return { ...others, health: health && completeHealth(health, workingDir), keep }
}
