import { closeSync, constants, existsSync, fstatSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { inheritedEnvironment } from '../detach/birth-environment.cjs'
import { type Launched, launch, refusedLock } from '../detach/launch.cjs'
import type { Logs } from '../detach/logs.ts'
import { hasFailed, type State } from '../home/boot/state.cjs'
import { isHomeSafe } from '../home/place.cjs'
import { livingProcess, readSeen } from '../home/seen.cjs'
import { exclusiveOpenFlag, openOrCreate, opensLocked } from '../system/open-file.cjs'
import { now, type Seen } from './reach.cjs'
import type { Target } from './target.cts'

/** Who has the name of a service: nobody but the daemon that was just started, and is ready; a start; the service; or whoever. */
export type Holder = 'none' | 'starting' | 'running' | 'held' | 'unknown'

/**
 * Starts the daemon of a service, unless somebody holds its name, or is recorded as running under it.
 * @returns who has it; 'none' when it was started, and is ready.
 * @throws {StartError} when it, or the start of another client that this one waited for, failed.
 */
export async function startUnlessHeld(target: Target, deadline: number, seen: Seen): Promise<Holder> {
  const state = readSeen(target.folder)
  if (typeof state === 'object') await lookAtOther(target, state, seen)
  seen.hasLooked = true
  if (livingProcess(state) !== undefined) return (state as State).phase === 'starting' ? 'starting' : 'running'
  await prepareFolder(target, state)
  const logs = openLog(target.log)
  try {
    const lockPath = join(target.folder, 'lock')
    const lock = openLock(lockPath)
    if (lock === undefined) return 'held'
    const { makeInstance } = require('../lifecycle/claim.cjs') as typeof import('../lifecycle/claim.cts')
    const instance = makeInstance(target.folder)
    const launched = launch({
      command: [process.execPath, ...(await flagsFor(target.module)), target.module],
      env: environmentOf(target),
      instance,
      limits: [],
      preserveFds: [],
      notifyFd: undefined,
      stdout: logs.stdout.fd,
      stderr: logs.stdout.fd,
      handed: {},
      locks: [{ fd: lock, path: lockPath, locked: opensLocked }],
      runsOurs: false,
      foreground: false,
    })
    return (await isReady(target, launched, logs, { instance, seen: seen.first ?? '' }, deadline)) ? 'none' : 'held'
  } finally {
    closeSync(logs.stdout.fd)
  }
}

/** Another client's start that failed since this one came is this one's failure, too. */
async function lookAtOther(target: Target, state: State, seen: Seen): Promise<void> {
  const isOver = livingProcess(state) === undefined
  if (!seen.hasLooked) seen.first = isOver ? state.instance : undefined
  if (seen.hasLooked && isOver && hasFailed(state) && state.instance !== seen.first) {
    throw await (await import('./trouble.ts')).failedForAnother(target, state)
  }
}

/** Makes the folder when there is none, and ends what an earlier life that did not end well has left behind. */
async function prepareFolder({ instance, folder }: Target, state: ReturnType<typeof readSeen>): Promise<void> {
  if (isHomeSafe(dirname(folder)) !== true || !existsSync(join(folder, 'lock'))) {
    ;(await import('../home/home.ts')).openFolder(instance)
  }
  const endedWell = typeof state === 'object' && (state.phase === 'ended' || state.phase === 'stopped')
  if (state === undefined || endedWell) return
  await (await import('../lifecycle/leftovers.ts')).clearLeftovers(instance, folder)
}

/** Opens the log. */
function openLog(path: string): Logs {
  const { fd, created } = openOrCreate(path, constants.O_WRONLY | constants.O_APPEND, 0o640)
  const log = { fd, created, path, size: fstatSync(fd).size }
  return { stdout: log, stderr: log }
}

/** Opens the lock; nothing when another has it, and the system says so at once. */
function openLock(path: string): number | undefined {
  try {
    return openOrCreate(path, constants.O_RDWR | constants.O_NOFOLLOW | exclusiveOpenFlag, 0o600).fd
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined
    throw error
  }
}

/** The flags that Node needs for the module: for TypeScript, what can load it. */
async function flagsFor(module: string): Promise<readonly string[]> {
  if (/\.[cm]?js$/.test(module)) return []
  return (await import('../lifecycle/module-flags.ts')).flagsFor(module)
}

/** The environment of the daemon: this process's, cleaned. It works elsewhere, so that a relative home would be another there. */
function environmentOf({ folder }: Target): Record<string, string> {
  const env = inheritedEnvironment()
  delete env['DAEMONIC_IN_PROCESS']
  return env['DAEMONIC_HOME'] ? { ...env, DAEMONIC_HOME: dirname(folder) } : env
}

/** Tells the daemon what it is, and waits until it is ready; false when its name is another's. */
async function isReady(
  target: Target,
  launched: Launched,
  logs: Logs,
  life: { instance: string; seen: string },
  deadline: number,
): Promise<boolean> {
  const { tell } = require('../detach/tell.cjs') as typeof import('../detach/tell.cts')
  const { makePreludes } = require('./preludes.cjs') as typeof import('./preludes.cts')
  const { waitUntilReady } = require('../ready/wait.cjs') as typeof import('../ready/wait.cts')
  const preludes = makePreludes(target, launched, logs, life)
  tell(launched, { preludes, work: null, payload: new Uint8Array() })
  // While the daemon boots, there is time to load what will call it.
  setImmediate(() => {
    require('./hello.cjs')
    require('../rpc/caller.cjs')
  })
  const outcome = await waitUntilReady(launched, deadline - now())
  if (outcome.kind === 'ready') return true
  const { trampoline, pid, takenBy } = outcome.seen
  const isHeld = pid === undefined && trampoline !== undefined && refusedLock(trampoline) !== undefined
  if (isHeld || takenBy !== undefined) return false
  throw await (await import('./trouble.ts')).failedStart(target, outcome, { launched, logs, instance: life.instance })
}
