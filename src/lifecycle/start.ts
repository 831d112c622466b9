import { fileURLToPath } from 'node:url'
import type { ModuleWork } from '../detach/boot/run-module.cts'
import { type Launched, type Lock, launch } from '../detach/launch.ts'
import { closeLogs, type Logs, openLogs } from '../detach/logs.ts'
import type { Prelude } from '../detach/message.ts'
import { tell } from '../detach/tell.ts'
import type { LockVerdict } from '../detach/trampoline-verdict.ts'
import { StartError } from '../errors.ts'
import { pidFileLock } from '../home/pid-file.ts'
import { keepPidFile } from '../home/preludes.ts'
import { withLocks } from '../home/with-locks.ts'
import { makeProbe } from '../ready/probe.ts'
import { makeStartError, refusedLock } from '../ready/start-failure.ts'
import { type Outcome, waitUntilReady } from '../ready/wait.ts'
import type { CommandWork } from './boot/start-command.cts'
import { makeEnvironment } from './environment.ts'
import { findCommand } from './find-command.ts'
import { findNode, flagsFor } from './find-interpreter.ts'
import { type Name, prepareName } from './name.ts'
import type { Spec } from './spec.ts'
import { stopLife } from './stop.ts'

/** How one start differs from another of the same daemon. */
export interface StartMode {
  isRestart: boolean
  /** Stay a child of this process; its output goes to these descriptors, where no log was given. */
  foreground: { stdout: number; stderr: number } | undefined
  /** Called when the wait begins, with what says at any time what is waited for. */
  onWait?: ((look: () => string) => void) | undefined
}

/** A daemon that was started. */
export interface Started {
  pid: number
  instance: string
  /** How the process that was launched ends; in the foreground, that is the daemon. */
  launched: Launched
}

/** All that is settled before a start. */
interface StartPlan {
  spec: Spec
  name: Name
  mode: StartMode
  command: readonly string[]
  env: NodeJS.Dict<string>
  /** What Node is told before the module. */
  flags: readonly string[]
  /** The file of the command. */
  file: string | undefined
  logs: Logs
  /** By performance.now(). */
  deadline: number
}

/**
 * Starts a daemon by name, and waits until it is ready.
 * @throws {AlreadyRunningError} when the name is taken; {StartError} when it did not become ready: nothing of it is left.
 */
export async function startSpec(spec: Spec, mode: StartMode): Promise<Started> {
  const { options } = spec
  const deadline = performance.now() + options.startTimeout
  const env = makeEnvironment(options)
  const node = findNode()
  const file = spec.kind === 'command' ? findCommand(spec.words[0], options.workingDir, env['PATH']) : undefined
  const flags = file === undefined ? flagsOf(spec, env) : []
  const command = await niced([node, ...flags, ...(file === undefined ? spec.words : [spawner])], options.nice)
  const name = await prepareName(spec.name, spec.declared, node, mode.isRestart)
  await refuseForeignService(spec)
  const logs = openOutputs(spec, mode)
  try {
    const pidFiles = options.pidFile === undefined ? [] : [pidFileLock(options.pidFile)]
    const plan = { spec, name, mode, command, env, flags, file, logs, deadline }
    return await withLocks([name.lock, ...pidFiles], deadline, (locks) => attemptStart(plan, locks))
  } finally {
    if (mode.foreground === undefined) closeLogs(logs)
  }
}

/** Opens the logs; in the foreground, output goes to this process's own streams instead, unless a log was asked for. */
function openOutputs({ options, declared }: Spec, { foreground }: StartMode): Logs {
  if (foreground === undefined) return openLogs(options)
  const { stdout, stderr } = openLogs({
    stdout: declared.options['stdout'] === undefined ? '/dev/null' : options.stdout,
    stderr: declared.options['stderr'] === undefined ? '/dev/null' : options.stderr,
  })
  return {
    stdout: declared.options['stdout'] === undefined ? { ...stdout, fd: foreground.stdout } : stdout,
    stderr: declared.options['stderr'] === undefined ? { ...stderr, fd: foreground.stderr } : stderr,
  }
}

/** The program that starts a command. */
const spawner = fileURLToPath(new URL('./boot/spawn-command.entry.cjs', import.meta.url))

/** What tells a module that waits for its own end that all preloads are loaded. */
const afterPreloads = new URL('../detach/boot/after-preloads.entry.cjs', import.meta.url).href

/** The flags of Node that a module needs. */
function flagsOf({ words, options }: Spec, env: NodeJS.Dict<string>): string[] {
  const flags = flagsFor(words[0])
  const hasPreloads = [...flags, env['NODE_OPTIONS'] ?? ''].some((text) =>
    /--(?:import|(?:experimental-)?loader)\b/.test(text),
  )
  return hasPreloads && options.ready.kind === 'auto' ? [...flags, '--import', afterPreloads] : flags
}

/** The command behind nice(1), when a niceness is asked for. */
async function niced(command: readonly string[], nice: number | undefined): Promise<readonly string[]> {
  return nice === undefined ? command : (await import('../detach/niced.ts')).niced(command, nice)
}

/** Refuses to start what would be taken for ready because of another program that answers in its place. */
async function refuseForeignService({ options: { ready } }: Spec): Promise<void> {
  if (ready.kind !== 'port' && ready.kind !== 'socket') return
  const { lookAtPort, lookAtSocket } = await import('../ready/connect.ts')
  const [what, seen] =
    ready.kind === 'port'
      ? [`port ${ready.port}`, await lookAtPort(ready.port, ready.host)]
      : [`the socket ${ready.path}`, await lookAtSocket(ready.path)]
  if (seen !== true) return
  throw new StartError(`not started: another program accepts connections at ${what} already`, {
    step: 'lock',
    output: '',
  })
}

/** Starts it once under the locks, and waits until it is ready, or will not be. */
async function attemptStart(plan: StartPlan, locks: Lock[]): Promise<Started | LockVerdict> {
  const { spec, name, mode, logs, deadline } = plan
  const launched = launchPlan(plan, locks)
  const { notify } = launched
  const probe = await makeProbe(spec.options.ready, {
    logs: [logs.stdout, logs.stderr],
    notify,
    startedAt: Date.now(),
  })
  tell(launched, { preludes: makePreludes(plan, launched), work: makeWork(plan), payload: new Uint8Array() })
  mode.onWait?.(() => probe?.seen() ?? `it is not ready yet (${spec.options.ready.kind})`)
  const outcome = await waitUntilReady(launched, deadline - performance.now(), probe, mode.foreground !== undefined)
  notify?.destroy()
  if (outcome.kind === 'ready') return { pid: outcome.seen.pid as number, instance: name.instance, launched }
  return failStart(plan, launched, outcome)
}

/** How long a half-started daemon has after SIGTERM, in milliseconds. */
const patience = 1000

/** Says which lock was refused, or ends what is left, and throws. */
async function failStart({ spec, name, logs }: StartPlan, launched: Launched, outcome: Outcome): Promise<LockVerdict> {
  const verdict = refusedLock(outcome, spec.options)
  if (verdict !== undefined) return verdict
  const life = { instance: name.instance, main: undefined, session: launched.session }
  await stopLife(spec.name, life, { signal: 'SIGTERM', timeout: patience, scope: 'tree' }, true)
  const error = makeStartError(outcome, spec.options, logs, undefined)
  await name.fail(error.message)
  throw error
}

/** Launches what the plan says. */
function launchPlan({ spec: { options }, name, mode, command, env, file, logs }: StartPlan, locks: Lock[]): Launched {
  return launch({
    command,
    env,
    instance: name.instance,
    limits: options.limits,
    preserveFds: options.preserveFds,
    notifyFd: options.ready.kind === 'fd' ? options.ready.fd : undefined,
    stdout: logs.stdout.fd,
    stderr: logs.stderr.fd,
    handed: {},
    locks,
    runsOurs: file !== undefined,
    foreground: mode.foreground !== undefined,
  })
}

/** What the daemon does before its code runs: takes its name, writes its pid file, and turns into what the options ask for. */
function makePreludes({ spec, name, logs, flags, file }: StartPlan, launched: Launched): Prelude[] {
  const { pidFile, nice, umask, workingDir, title, user, group, env, extendEnv, ready } = spec.options
  const settlement = {
    ...{ nice, umask, workingDir, title: file === undefined ? title : undefined, user, group },
    stdout: { fd: undefined, created: logs.stdout.created },
    stderr: { fd: undefined, created: logs.stderr.created },
    hasOwnEnvironment: env !== undefined && !extendEnv,
  }
  const moduleWork: ModuleWork = { readyWhen: readyWhen(ready), hasPreloads: flags.includes(afterPreloads) }
  return [
    name.claim(launched, logs),
    ...(pidFile === undefined ? [] : [keepPidFile(launched.at['lock1'] as number, pidFile)]),
    { module: detachBoot('settle'), data: settlement },
    ...(file === undefined ? [{ module: detachBoot('run-module'), data: moduleWork }] : []),
  ]
}

/** The path of a file that a daemon loads at its birth. */
function detachBoot(file: string): string {
  return fileURLToPath(new URL(`../detach/boot/${file}.cjs`, import.meta.url))
}

/** Who says that the daemon is ready. */
function readyWhen({ kind }: Spec['options']['ready']): 'exec' | 'auto' | 'manual' | 'launcher' {
  return kind === 'exec' || kind === 'auto' || kind === 'manual' ? kind : 'launcher'
}

/** What the process in the place of a command has to know; a module has nothing to. */
function makeWork({ spec, mode, file }: StartPlan): CommandWork | null {
  if (file === undefined) return null
  const { ready, preserveFds } = spec.options
  const [command, ...args] = spec.words
  const notify = ready.kind === 'fd' ? [ready.fd] : []
  return {
    ...{ file, argv0: spec.options.title ?? command, args, keep: [...preserveFds, ...notify] },
    readyWhen: readyWhen(ready) === 'launcher' ? 'launcher' : 'exec',
    stays: mode.foreground !== undefined,
  }
}
