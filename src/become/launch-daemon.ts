import { closeSync, constants, fstatSync } from 'node:fs'
import { type Launched, launch } from '../detach/launch.ts'
import { rerunCommand } from '../detach/rerun.ts'
import { InvalidOptionError } from '../errors.ts'
import type { PidFile, StartAttempt } from '../home/pid-file.ts'
import { completeOptions } from '../options/complete.ts'
import type { DaemonOptions, GivenOptions, NormalOptions } from '../options/types.ts'
import { openNameless, openOrCreate, requireUnix } from '../system/unix.ts'
import type { Call } from './work.ts'

/** All that is settled before a start. */
export interface StartPlan {
  call: Call
  command: readonly string[]
  options: NormalOptions
  payload: Uint8Array
  outputs: Outputs
  /** By performance.now(). */
  deadline: number
}

/**
 * The launcher's side of the call: tries all that can fail without a daemon, starts it, waits until it is ready, and ends
 * this process. Throws instead when there is no daemon in the end; then nothing is left of the attempt.
 * What only some starts need is loaded by them, and what comes after the start is loaded while the daemon boots.
 */
export async function launchDaemon(
  call: Call,
  givenOptions: DaemonOptions | undefined,
  args: readonly unknown[],
): Promise<never> {
  requireUnix()
  const options = completeOptions(await readOptions(givenOptions))
  const command = await niced(rerunCommand(), options)
  const payload = await cloned(call, args)
  const outputs = openOutputs(options)
  const plan = { call, command, options, payload, outputs, deadline: performance.now() + options.startTimeout }
  try {
    await (options.pidFile === undefined ? attemptStart(plan) : startLocked(plan, options.pidFile))
  } finally {
    closeOutputs(outputs)
  }
  return (await import('./leave.ts')).leave()
}

/** Reads the options that were given, when there are any. */
async function readOptions(options: DaemonOptions | undefined): Promise<GivenOptions> {
  if (options === undefined) return {}
  const given = (await import('../options/read-given.ts')).readGiven(options)
  if (given.user !== undefined || given.group !== undefined) (await import('./check-rights.ts')).checkRights(given)
  return given
}

/** Starts the daemon once, and waits until it is ready, or will not be. */
async function attemptStart(plan: StartPlan, pidFile?: PidFile): Promise<StartAttempt> {
  const launched = launchPlan(plan, pidFile)
  const { awaitStart } = await import('./await-start.ts')
  return awaitStart(plan, launched)
}

/** Starts the daemon under the lock of its pid file. */
async function startLocked(plan: StartPlan, path: string): Promise<void> {
  const { withPidFile } = await import('../home/pid-file.ts')
  await withPidFile(path, plan.deadline, (pidFile) => attemptStart(plan, pidFile))
}

/** Launches what the plan says. */
function launchPlan({ command, options, outputs }: StartPlan, pidFile: PidFile | undefined): Launched {
  const { env, limits, preserveFds } = options
  const { transcript, stdout, stderr } = outputs
  return launch({ command, env, limits, preserveFds, transcript, stdout: stdout.fd, stderr: stderr.fd, pidFile })
}

/** The command behind nice(1), when a niceness is asked for. */
async function niced(command: readonly string[], { nice }: NormalOptions): Promise<readonly string[]> {
  return nice === undefined ? command : (await import('./niced.ts')).niced(command, nice)
}

/** The arguments as bytes; none for none. */
async function cloned(call: Call, args: readonly unknown[]): Promise<Uint8Array> {
  return args.length === 0 ? new Uint8Array() : (await import('./clone-arguments.ts')).cloneArguments(call, args)
}

/** Where a daemon's output goes: to the transcript before the call, to the logs after it. */
export interface Outputs {
  transcript: number
  stdout: Log
  stderr: Log
}

/** A log as the launcher has it. */
export interface Log {
  fd: number
  path: string
  created: boolean
  /** How long it was before the daemon wrote to it. */
  size: number
}

/**
 * Opens the logs for appending, those that are new with mode 0640, and the transcript.
 * @throws {InvalidOptionError} that names the option, the path and the cause.
 */
export function openOutputs({ stdout, stderr }: { stdout: string; stderr: string }): Outputs {
  return { stdout: openLog('stdout', stdout), stderr: openLog('stderr', stderr), transcript: openTranscript() }
}

/** Closes them; the daemon has its own. */
export function closeOutputs({ transcript, stdout, stderr }: Outputs): void {
  for (const fd of [transcript, stdout.fd, stderr.fd]) closeSync(fd)
}

/** Opens a log. */
function openLog(option: 'stdout' | 'stderr', path: string): Log {
  try {
    const { fd, created } = openOrCreate(path, constants.O_WRONLY | constants.O_APPEND, 0o640)
    return { fd, path, created, size: fstatSync(fd).size }
  } catch (error) {
    throw new InvalidOptionError(option, path, `${option}: can't open '${path}': ${(error as Error).message}`, error)
  }
}

/**
 * Opens the file that takes what the daemon prints before it reaches the call: the launcher has printed that already, but
 * it is needed when the daemon fails.
 */
function openTranscript(): number {
  return openNameless([process.env['TMPDIR'] || '/tmp', '/dev/shm'])
}
