import { setTimeout as sleep } from 'node:timers/promises'
import { DaemonicError } from '../errors.ts'
import { readKeptPage } from '../home/kept.ts'
import { readSignal } from '../options/readers.ts'
import type { LogOptions } from './logs.ts'
import { isAlive, type Lookup, lifeOf, readFolder, stateOf } from './look-up.ts'
import { mustLookUp } from './must-look-up.ts'
import type { DaemonStatus } from './status.ts'
import type { Stopped } from './stop.ts'
import type { StopOptions } from './stop-plan.ts'
import type { Life } from './tree.ts'

/** How a daemon ended. */
export interface Ended {
  /** Its exit code; undefined when it was ended by a signal, or when nobody could know: a command that is not kept. */
  code: number | undefined
  /** The signal that ended it, when that is known. */
  signal: string | undefined
  /** Did somebody stop it? */
  stopped: boolean
  /** Did its keeper give it up, because it failed too often? */
  givenUp: boolean
}

/** A daemon that has a name. It need not be running: each call looks anew. */
export interface Daemon {
  readonly name: string
  /** Its main process, when it was last looked at; undefined when it was not running. */
  readonly pid: number | undefined
  /** What is unwise about it, in sentences. */
  readonly warnings: readonly string[]
  /** Did this call of startDaemon() find it running? */
  readonly wasRunning: boolean
  /** All there is to know. */
  status(): Promise<DaemonStatus>
  /** Stops it, with all that belongs to it. @throws {DaemonicError} STOP_FAILED, NOT_PERMITTED */
  stop(options?: StopOptions): Promise<Stopped>
  /** Stops it if it runs, and starts it as it was declared, with what has changed since in files and in the environment. */
  restart(): Promise<void>
  /** Sends SIGHUP. @throws {DaemonicError} NOT_RUNNING */
  reload(): Promise<void>
  /** Sends a signal to its main process. @throws {DaemonicError} NOT_RUNNING, INVALID_OPTION */
  signal(signal: NodeJS.Signals): Promise<void>
  /** Waits until it ends; at once when it is not running. */
  wait(options?: { signal?: AbortSignal | undefined }): Promise<Ended>
  /** Its lines: the last ones, and with `follow` those to come. */
  logs(options?: LogOptions): AsyncIterable<string>
  /** Removes its record and its logs. @throws {DaemonicError} ALREADY_RUNNING, when it is not stopped. */
  forget(): Promise<void>
}

/** The pid of a daemon's main process, when it lives. */
export async function livingPid(lookup: Lookup): Promise<number | undefined> {
  const life = await lifeOf(lookup)
  return isAlive(life) ? life.main.pid : undefined
}

/** Makes the handle of a daemon; to restart it is for a layer above, which has a keeper. */
export function makeDaemon(
  name: string,
  pid: number | undefined,
  restart: (lookup: Lookup) => Promise<{ pid: number | undefined }>,
  warnings: readonly string[] = [],
  wasRunning = true,
): Daemon {
  let last = pid
  /** Looks anew. */
  const look = async (): Promise<Lookup> => {
    const lookup = mustLookUp(name)
    last = await livingPid(lookup)
    return lookup
  }
  return {
    name,
    warnings,
    wasRunning,
    get pid() {
      return last
    },
    status: async () => (await import('./status.ts')).readStatus(await look()),
    stop: async (options) => {
      const stopped = await (await import('./stop-daemon.ts')).stopDaemon(await look(), options)
      last = undefined
      return stopped
    },
    restart: async () => {
      last = (await restart(await look())).pid
    },
    reload: async () => signalDaemon(await look(), 'SIGHUP'),
    signal: async (signal) => signalDaemon(await look(), readSignal(signal, 'signal')),
    wait: async (options) => waitForEnd(await look(), options?.signal),
    logs: (options) => followLogs(name, options),
    forget: async () => (await import('./forget.ts')).forgetDaemon(await look()),
  }
}

/** Sends a signal to a daemon's main process. */
export async function signalDaemon(lookup: Lookup, signal: NodeJS.Signals): Promise<void> {
  const { signalProcess } = await import('./stop.ts')
  const life = await lifeOf(lookup)
  if (isAlive(life) && signalProcess(lookup.name, life.main, signal)) return
  throw new DaemonicError('NOT_RUNNING', `${lookup.name} is not running: ${signal} was sent to nobody`)
}

/**
 * Waits until a daemon has ended: the life that goes on now; and when it is kept, each that its keeper begins after that, until it
 * begins no more. Nothing tells a stranger of a process's end: it is looked for, more and more seldom, up to ten times a second.
 */
export async function waitForEnd(lookup: Lookup, signal?: AbortSignal): Promise<Ended> {
  const life = await lifeOf(lookup)
  for (let pause = 5; isAlive(life); pause = Math.min(pause * 1.5, 100)) await sleep(pause, undefined, { signal })
  // Whoever stopped it may still have to record that.
  if (life !== undefined) await (await import('./stop-daemon.ts')).awaitStoppers(lookup)
  const next = readFolder(lookup.name, lookup.folder)
  if (stateOf(next)?.isKept === true && (await import('./keep-status.ts')).goesOn(next)) {
    await sleep(50, undefined, { signal })
    return waitForEnd(readFolder(lookup.name, lookup.folder), signal)
  }
  return describeEnd(next, life)
}

/** How a life ended. */
function describeEnd(lookup: Lookup, life: Life | undefined): Ended {
  const seen = stateOf(lookup)
  const isSame = seen !== undefined && (seen.isKept === true || seen.instance === life?.instance)
  const exit = isSame ? seen.exit : null
  return {
    code: exit?.code ?? undefined,
    signal: exit?.signal ?? undefined,
    stopped: isSame && seen.phase === 'stopped',
    givenUp: readKeptPage(lookup.folder, seen)?.phase === 'given up',
  }
}

/** Reads the lines of a daemon's logs. */
async function* followLogs(name: string, options: LogOptions | undefined): AsyncGenerator<string> {
  const { readLogs } = await import('./logs.ts')
  for await (const { line } of readLogs([mustLookUp(name)], options ?? {})) yield line
}
