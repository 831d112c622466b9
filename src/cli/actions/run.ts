import { constants } from 'node:os'
import { StartError } from '../../errors.ts'
import { signalDaemon } from '../../lifecycle/daemon.ts'
import { readNamedSpec } from '../../lifecycle/ensure-running.ts'
import { lookUp } from '../../lifecycle/look-up.ts'
import { startSpec } from '../../lifecycle/start.ts'
import { stopDaemon } from '../../lifecycle/stop-daemon.ts'
import type { Given } from '../command.ts'
import { exitCodes, signalled } from '../exit-codes.ts'
import { showProgress } from '../progress.ts'
import { readStart } from '../read-start.ts'
import { report } from '../report.ts'

/** `daemonic run`: the daemon as a child of this process, which ends as it does. */
export async function runForeground(given: Given): Promise<number> {
  const spec = readNamedSpec(readStart(given, given.words))
  const asked = handleSignals(spec.name, given)
  const progress = showProgress(spec.name)
  const foreground = { stdout: 1, stderr: 2 }
  try {
    const { launched } = await startSpec(spec, { isRestart: false, foreground, onWait: progress.onWait })
    progress.end()
    const { code, signal } = await launched.trampoline
    return codeOf(code, signal) ?? exitCodes.failed
  } catch (error) {
    progress.end()
    if (asked.signal !== undefined) return codeOf(null, asked.signal) ?? exitCodes.ok
    const code = await report(error, given, spec.name)
    return (error instanceof StartError && codeOf(error.exitCode || null, error.signal ?? null)) || code
  }
}

/** The exit code for an end; nothing when it is not known. */
function codeOf(code: number | null, signal: string | null): number | undefined {
  if (signal !== null) return signalled + (constants.signals[signal as NodeJS.Signals] ?? 0)
  return code ?? undefined
}

/** Has signals reach the daemon, which is in a session of its own: no terminal sends it any. */
function handleSignals(name: string, given: Given): { signal: NodeJS.Signals | undefined } {
  const asked: { signal: NodeJS.Signals | undefined } = { signal: undefined }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      const isSecond = asked.signal !== undefined
      asked.signal ??= signal
      tellErrors(name, given, stop(name, isSecond))
    })
  }
  for (const signal of ['SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const) {
    process.on(signal, () => tellErrors(name, given, passOn(name, signal)))
  }
  return asked
}

/** Stops the daemon; the second time without patience. One that is not there yet will not come: this process ends. */
async function stop(name: string, isSecond: boolean): Promise<void> {
  const lookup = lookUp(name)
  if (lookup !== undefined) await stopDaemon(lookup, isSecond ? { timeout: 1 } : {})
}

/** Passes a signal on. */
async function passOn(name: string, signal: NodeJS.Signals): Promise<void> {
  const lookup = lookUp(name)
  if (lookup !== undefined) await signalDaemon(lookup, signal)
}

/** Tells of what went wrong while a signal was handled. */
function tellErrors(name: string, given: Given, work: Promise<void>): void {
  work.catch((error) => report(error, given, name))
}
