import { closeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Launched, Lock } from '../detach/launch.cts'
import { launch } from '../detach/launch.ts'
import { closeLogs, type Logs, openLogs } from '../detach/logs.ts'
import type { LockVerdict } from '../detach/trampoline-verdict.ts'
import type * as lives from '../home/life.cts'
import { type LockFile, withLocks } from '../home/with-locks.ts'
import { makeEnvironment } from './environment.ts'
import { findCommand } from './find-command.ts'
import { findNode } from './find-node.ts'
import { type Name, prepareName } from './name.ts'
import type { Spec } from './spec.ts'

// Required, and not imported, for the reason that process-table.ts gives.
const require = createRequire(import.meta.url)

/** How one start differs from another of the same daemon. */
export interface StartMode {
  isRestart: boolean
  /** Stay a child of this process; its output goes to these descriptors, where no log was given. */
  foreground: { stdout: number; stderr: number } | undefined
  /** Called when the wait begins, with what says at any time what is waited for. */
  onWait?: ((look: () => string) => void) | undefined
  /** What its environment is made from, when that is not this process's. */
  base?: NodeJS.Dict<string> | undefined
  /** Is it not to be started when somebody has stopped it? */
  unlessStopped?: boolean | undefined
}

/** A daemon that was started. */
export interface Started {
  pid: number
  /** How the process that was launched ends; in the foreground, that is the daemon. */
  launched: Launched
}

/** What is run, and with which environment. */
interface Program {
  /** The Node that runs the module, or starts the command. */
  node: string
  command: readonly string[]
  env: NodeJS.Dict<string>
  /** Has the module preloads that decide how it is loaded? */
  hasPreloads: boolean
  /** The file of the command. */
  file: string | undefined
}

/** All that is settled before a start. */
export interface StartPlan extends Program {
  spec: Spec
  name: Name
  mode: StartMode
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
  const program = await prepareProgram(spec, mode.base)
  const name = await prepareName(spec.name, spec.declared, program.node, mode)
  if (isService(spec)) await (await import('./refuse-foreign-service.ts')).refuseForeignService(spec, name.folder)
  const logs = openOutputs(spec, mode)
  try {
    const pidFiles = await pidFileLocks(options.pidFile)
    const plan = { spec, name, mode, ...program, logs, deadline }
    return await withLocks([name.lock, ...pidFiles], deadline, (locks) => attemptStart(plan, locks))
  } finally {
    if (mode.foreground === undefined) closeLogs(logs)
  }
}

/**
 * Finds what is run, and makes its environment.
 * @throws {StartError} when there is no such program; {InvalidOptionError} for an envFile that can't be read.
 */
export async function prepareProgram(spec: Spec, base?: NodeJS.Dict<string>): Promise<Program> {
  const { kind, words, options } = spec
  const env = makeEnvironment(options, base)
  const node = findNode()
  const file = kind === 'command' ? findCommand(words[0], options.workingDir, env['PATH']) : undefined
  if (options.health?.kind === 'command') (await import('./check-health-command.ts')).checkHealthCommand(options, env)
  const { flags, hasPreloads } =
    file === undefined ? (await import('./module-flags.ts')).flagsOf(spec, env) : { flags: [], hasPreloads: false }
  const command = await niced([node, ...flags, ...(file === undefined ? words : [spawner])], options.nice)
  return { node, command, env, hasPreloads, file }
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

/** The command behind nice(1), when a niceness is asked for. */
async function niced(command: readonly string[], nice: number | undefined): Promise<readonly string[]> {
  return nice === undefined ? command : (await import('../detach/niced.ts')).niced(command, nice)
}

/** Is it known to be ready by connections that it accepts? */
function isService({ options: { ready } }: Spec): boolean {
  return ready.kind === 'port' || ready.kind === 'socket' || ready.kind === 'http'
}

/** The pid file as a lock, when there is one. */
async function pidFileLocks(path: string | undefined): Promise<LockFile[]> {
  return path === undefined ? [] : [(await import('../home/pid-file.ts')).pidFileLock(path)]
}

/** Starts it once under the locks; what comes after the launch is loaded while the daemon boots. */
async function attemptStart(plan: StartPlan, locks: Lock[]): Promise<Started | LockVerdict> {
  const launched = launchPlan(plan, locks)
  const { awaitNamed } = await import('./await-named.ts')
  return awaitNamed(plan, launched)
}

/** Does a waiter wait for its end? Whoever runs it in the foreground does that himself. */
function isWaitedFor({ spec: { options }, mode }: Pick<StartPlan, 'spec' | 'mode'>): boolean {
  return options.keep && mode.foreground === undefined
}

/** Launches what the plan says. */
function launchPlan(plan: StartPlan, locks: Lock[]): Launched {
  const life = require('../home/life.cjs') as typeof lives
  const files = isWaitedFor(plan) ? Object.entries(life.openLife(plan.name.folder)) : []
  try {
    return launchWith(plan, locks, Object.fromEntries(files))
  } finally {
    for (const [, fd] of files) closeSync(fd)
  }
}

/** Launches it with the descriptors of its waiter. What starts a command is not waited for: the command's own waiter is. */
function launchWith(
  { spec: { options }, name, mode, command, env, file, logs }: StartPlan,
  locks: Lock[],
  handed: Record<string, number>,
): Launched {
  return launch({
    command,
    env,
    instance: name.instance,
    limits: options.limits,
    preserveFds: options.preserveFds,
    notifyFd: options.ready.kind === 'fd' ? options.ready.fd : undefined,
    stdout: logs.stdout.fd,
    stderr: logs.stderr.fd,
    handed,
    locks,
    runsOurs: file !== undefined,
    foreground: mode.foreground !== undefined,
    waiter: 'life' in handed && file === undefined ? lifeNameOf(name.instance) : undefined,
  })
}

/** What a life is called in the page of its end. */
function lifeNameOf(instance: string): string {
  return (require('../home/life.cjs') as typeof lives).lifeName(instance)
}
