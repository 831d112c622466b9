import { type ChildProcess, spawn } from 'node:child_process'
import type { Birth } from '../../detach/boot/birth.cts'
import { identify } from '../../system/identity.cjs'
import type { Waiter } from './start-kept.cts'

/** What to start, and how. */
export interface CommandWork {
  file: string
  /** The command's name, as its user typed it, and its arguments. */
  argv0: string
  args: string[]
  /** Descriptors above 2 that the command is given. */
  keep: number[]
  /** Is it ready when it runs, or when the launcher says so? */
  readyWhen: 'exec' | 'launcher'
  /** Stay until it ends, and end as it did? */
  stays: boolean
  /** What its waiter is given, when it has one. */
  waiter: Waiter | null
}

/** Starts the command, and waits until it is ready, or has ended. */
export function startCommand(birth: Birth, work: CommandWork): void {
  birth.line.at('exec')
  if (work.waiter !== null) startBehindWaiter(birth, work, work.waiter)
  else startAlone(birth, work)
}

/** Starts it as a child of this process, which leaves it alone when it is ready. */
function startAlone(birth: Birth, work: CommandWork): void {
  const { line, holds } = birth
  const child = spawnCommand(work)
  child.once('error', (error) => {
    line.failed(error)
    process.exit(1)
  })
  if (child.pid === undefined) return
  // Before the line's own listener, which closes it.
  process.prependListener('exit', () => endWithUs(child, line.isOpen()))
  child.once('exit', (code, signal) => {
    line.report({ kind: 'ended', exitCode: code, signal })
    for (const hold of holds) hold.end({ code, signal })
    if (signal !== null && !line.isOpen()) endBy(signal)
    process.exit(code ?? 1)
  })
  goOn(birth, work, child.pid)
  if (work.stays) passSignalsOn(child)
}

/** Starts it behind a shell that waits for its end. */
function startBehindWaiter(birth: Birth, work: CommandWork, waiter: Waiter): void {
  const { line, holds } = birth
  const { startKept } = require('./start-kept.cjs') as typeof import('./start-kept.cts')
  const kept = startKept(work, waiter)
  let isRunning = false
  const run = (pid: number): void => {
    isRunning = true
    goOn(birth, work, pid)
  }
  process.prependListener('exit', () => endWithUs(kept.child, line.isOpen()))
  kept.onRunning(run)
  kept.child.once('exit', () => {
    const { readExit } = require('../../home/life.cjs') as typeof import('../../home/life.cts')
    const { code, signal } = readExit(birth.folder ?? '', waiter.instance) ?? { code: null, signal: 'SIGKILL' }
    const pid = kept.pid()
    // A shell that can't execute a program ends with one of these (POSIX, 'Exit Status for Commands').
    if (!isRunning && pid !== undefined && code !== 126 && code !== 127) run(pid)
    line.report({ kind: 'ended', exitCode: code, signal })
    for (const hold of holds) hold.end({ code, signal })
    process.exit(code ?? 1)
  })
}

/** The command runs: says so, and leaves when it is ready. */
function goOn({ line, holds }: Birth, work: CommandWork, pid: number): void {
  const start = identify(pid)?.start ?? null
  for (const hold of holds) hold.passTo(pid, start)
  line.report({ kind: 'spawned', pid })
  line.beforeReady(() => {
    if (work.stays) return
    for (const hold of holds) hold.leave()
    // Nothing is left to do, and Node takes ten milliseconds to end by itself.
    setImmediate(() => process.kill(process.pid, 'SIGKILL'))
  })
  if (work.readyWhen === 'launcher') line.awaitLauncher()
  // The launcher sees by the end of the channel that nothing of ours stays.
  if (!work.stays) line.stayOpen()
  if (work.readyWhen === 'exec') line.ready()
}

/** Spawns it. */
function spawnCommand({ file, argv0, args, keep }: CommandWork): ChildProcess {
  const stdio: (number | 'ignore')[] = [0, 1, 2]
  for (const fd of keep) stdio[fd] = fd
  const options = { argv0, stdio: Array.from(stdio, (fd) => fd ?? 'ignore') }
  // spawn() throws some errors, and emits others.
  return spawn(file, args, options)
}

/** A launcher that was killed takes along what is not ready yet: this process, and all that is in its group. */
function endWithUs(child: ChildProcess, isHalfStarted: boolean): void {
  if (isHalfStarted && child.exitCode === null && child.signalCode === null) process.kill(0, 'SIGKILL')
}

/** In the foreground, whoever signals this process means the command. */
function passSignalsOn(child: ChildProcess): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const) {
    process.on(signal, () => child.kill(signal))
  }
}

/** Ends this process by a signal, as the command ended. */
function endBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal)
  process.kill(process.pid, signal)
}
