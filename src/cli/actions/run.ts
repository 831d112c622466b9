import { constants } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { StartError } from '../../errors.ts'
import { signalDaemon } from '../../lifecycle/daemon.ts'
import { readNamedSpec } from '../../lifecycle/ensure-running.ts'
import { lookUp } from '../../lifecycle/look-up.ts'
import { startSpec } from '../../lifecycle/start.ts'
import { stopDaemon } from '../../lifecycle/stop-daemon.ts'
import type { Given } from '../command.ts'
import { exitCodes, signalled } from '../exit-codes.ts'
import { readStart } from '../read-start.ts'
import { report } from '../report.ts'

/** What is known of the run by those who handle its signals. */
interface Run {
  name: string
  given: Given
  /** What asked for its end; undefined when nothing did. */
  asked: NodeJS.Signals | undefined
  isOver: boolean
}

/** `daemonic run`: the daemon as a child of this process, which ends as it does. */
export async function runForeground(given: Given): Promise<number> {
  const spec = readNamedSpec(readStart(given, given.words))
  const run: Run = { name: spec.name, given, asked: undefined, isOver: false }
  handleSignals(run)
  try {
    const { launched } = await startSpec(spec, { isRestart: false, foreground: { stdout: 1, stderr: 2 } })
    const { code, signal } = await launched.trampoline
    return codeOf(code, signal) ?? exitCodes.failed
  } catch (error) {
    if (run.asked !== undefined) return codeOf(null, run.asked) ?? exitCodes.ok
    const code = await report(error, given, spec.name)
    return (error instanceof StartError && codeOf(error.exitCode || null, error.signal ?? null)) || code
  } finally {
    run.isOver = true
  }
}

/** The exit code for an end; nothing when it is not known. */
function codeOf(code: number | null, signal: string | null): number | undefined {
  if (signal !== null) return signalled + (constants.signals[signal as NodeJS.Signals] ?? 0)
  return code ?? undefined
}

/** Has signals reach the daemon, which is in a session of its own: no terminal sends it any. */
function handleSignals(run: Run): void {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      const isSecond = run.asked !== undefined
      run.asked ??= signal
      tellErrors(run, stop(run, isSecond))
    })
  }
  for (const signal of ['SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const) {
    process.on(signal, () => tellErrors(run, passOn(run, signal)))
  }
}

/** Stops the daemon, the second time without patience; one that has not yet taken its name is waited for. */
async function stop(run: Run, isSecond: boolean): Promise<void> {
  while (!run.isOver) {
    const lookup = lookUp(run.name)
    const stopped = lookup && (await stopDaemon(lookup, isSecond ? { timeout: 1 } : {}))
    if (stopped !== undefined && stopped.how !== 'not running') return
    await sleep(50)
  }
}

/** Passes a signal on. */
async function passOn({ name }: Run, signal: NodeJS.Signals): Promise<void> {
  const lookup = lookUp(name)
  if (lookup !== undefined) await signalDaemon(lookup, signal)
}

/** Tells of what went wrong while a signal was handled. */
function tellErrors({ given, name }: Run, work: Promise<void>): void {
  work.catch((error) => report(error, given, name))
}
