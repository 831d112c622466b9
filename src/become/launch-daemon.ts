import { closeSync } from 'node:fs'
import type { Launched, Lock } from '../detach/launch.cts'
import { launch } from '../detach/launch.ts'
import { closeLogs, type Logs, openLogs } from '../detach/logs.ts'
import type { Prelude } from '../detach/message.ts'
import { rerunCommand } from '../detach/rerun.ts'
import type { LockVerdict } from '../detach/trampoline-verdict.ts'
import { completeOptions } from '../options/complete.ts'
import type { DaemonOptions, GivenOptions, NormalOptions } from '../options/types.ts'
import { openNameless, requireUnix } from '../system/unix.ts'
import type { NamedStart } from './start-named.ts'
import type { Call } from './work.ts'

/** All that is settled before a start. */
export interface StartPlan {
  call: Call
  command: readonly string[]
  /** Undefined for the launcher's own, cleaned. */
  env: NodeJS.Dict<string> | undefined
  options: NormalOptions
  payload: Uint8Array
  logs: Logs
  /** What takes the daemon's output before the call. */
  transcript: number
  /** By performance.now(). */
  deadline: number
  /** The name that the daemon is to have. */
  name: NamedStart | undefined
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
  if (options.keep) throw (await import('./refusals.ts')).notKept()
  const command = await niced(rerunCommand(), options)
  const env = await makeEnvironment(options)
  const payload = await cloned(call, args)
  const name = await prepareName(options, givenOptions, call)
  const logs = openLogs(options)
  const transcript = openTranscript()
  const plan = {
    call,
    command,
    env,
    options,
    payload,
    logs,
    transcript,
    deadline: performance.now() + options.startTimeout,
    name,
  }
  try {
    await (options.pidFile === undefined && name === undefined ? attemptStart(plan, [], () => []) : startLocked(plan))
  } finally {
    closeLogs(logs)
    closeSync(transcript)
  }
  return (await import('./leave.ts')).leave()
}

/** Reads the options that were given, when there are any. */
async function readOptions(options: DaemonOptions | undefined): Promise<GivenOptions> {
  if (options === undefined) return {}
  const given = (await import('../options/read-given.ts')).readGiven(options)
  if (given.user !== undefined || given.group !== undefined)
    (await import('../options/check-rights.ts')).checkRights(given)
  return given
}

/** Prepares the name of the daemon, when it has one. */
async function prepareName(
  options: NormalOptions,
  given: DaemonOptions | undefined,
  call: Call,
): Promise<NamedStart | undefined> {
  if (options.name === undefined) return undefined
  return (await import('./start-named.ts')).nameStart(options.name, given ?? {}, options, call)
}

/** Starts the daemon under the locks of its name and its pid file. */
async function startLocked(plan: StartPlan): Promise<void> {
  const { startUnderLocks } = await import('./start-locked.ts')
  await startUnderLocks(plan, (locks, preludes) => attemptStart(plan, locks, preludes))
}

/** Starts the daemon once, and waits until it is ready, or will not be. */
async function attemptStart(
  plan: StartPlan,
  locks: Lock[],
  preludes: (launched: Launched) => Prelude[],
): Promise<'ready' | LockVerdict> {
  const launched = launchPlan(plan, locks)
  const { awaitStart } = await import('./await-start.ts')
  return awaitStart(plan, launched, preludes(launched))
}

/** Launches what the plan says. */
function launchPlan({ command, env, options, logs, transcript, name }: StartPlan, locks: Lock[]): Launched {
  const { limits, preserveFds, ready } = options
  return launch({
    ...{ command, env, limits, preserveFds, locks },
    instance: name?.instance,
    notifyFd: ready.kind === 'fd' ? ready.fd : undefined,
    stdout: transcript,
    stderr: transcript,
    handed: { stdout: logs.stdout.fd, stderr: logs.stderr.fd },
    runsOurs: false,
    foreground: false,
  })
}

/** The environment, when more is asked for than to inherit one, or to be given one. */
async function makeEnvironment(options: NormalOptions): Promise<NodeJS.Dict<string> | undefined> {
  const isPlain = options.envFile === undefined && !options.extendEnv && options.ready.kind !== 'fd'
  return isPlain ? options.env : (await import('../lifecycle/environment.ts')).makeEnvironment(options)
}

/** The command behind nice(1), when a niceness is asked for. */
async function niced(command: readonly string[], { nice }: NormalOptions): Promise<readonly string[]> {
  return nice === undefined ? command : (await import('../detach/niced.ts')).niced(command, nice)
}

/** The arguments as bytes; none for none. */
async function cloned(call: Call, args: readonly unknown[]): Promise<Uint8Array> {
  return args.length === 0 ? new Uint8Array() : (await import('./clone-arguments.ts')).cloneArguments(call, args)
}

/**
 * Opens the file that takes what the daemon prints before it reaches the call: the launcher has printed that already, but
 * it is needed when the daemon fails.
 */
function openTranscript(): number {
  return openNameless([process.env['TMPDIR'] || '/tmp', '/dev/shm'])
}
