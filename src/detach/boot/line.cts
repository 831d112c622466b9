import { closeSync, writeSync } from 'node:fs'
import type { Report } from '../message.ts'
import { encodeError } from './encode-error.cjs'

/** The daemon's end of the channel: what it says until it is ready. */
export interface Line {
  /** Enters a step: whatever goes wrong from here on went wrong in it. */
  at(step: string): void
  /** Says something to the launcher. */
  report(report: Report): void
  /** Does something, and says so when it throws. */
  attempt<Result>(action: () => Result): Result
  /** Says that the daemon failed. Only the first failure counts. */
  failed(error: unknown): void
  /** Says that the daemon is ready, and closes the channel. Later calls do nothing. */
  ready(): void
  isOpen(): boolean
}

/** Opens the line, and sees to it that no end of this process goes unsaid. */
export function openLine(channel: number): Line {
  let open = true
  let failed = false

  const report = (report: Report): void => {
    if (open && !tryWrite(channel, `${JSON.stringify(report)}\n`)) abandon()
  }
  const line: Line = {
    at: (step) => report({ kind: 'at', step }),
    report,
    attempt: (action) => {
      try {
        return action()
      } catch (error) {
        line.failed(error)
        throw error
      }
    },
    failed: (error) => {
      if (!failed) report({ kind: 'failed', error: encodeError(error) })
      failed = true
    },
    ready: () => {
      if (!open) return
      report({ kind: 'ready' })
      open = false
      closeSync(channel)
      stopWatching()
    },
    isOpen: () => open,
  }
  const stopWatching = watch(line, (exitCode) => {
    tryWrite(channel, `${JSON.stringify({ kind: 'ended', exitCode } satisfies Report)}\n`)
    open = false
  })
  return line
}

/** Watches for every way in which this process can end early, until told to stop. */
function watch(line: Line, onExit: (exitCode: number) => void): () => void {
  const onError = (error: unknown): void => {
    if (isFatal()) line.failed(error)
  }
  process.on('uncaughtExceptionMonitor', onError)
  process.prependListener('exit', onExit)
  // A launcher that was killed is met by the next write: nobody will ever hear that this daemon is ready.
  const beat = setInterval(() => line.report({ kind: 'waiting' }), 250).unref()
  return () => {
    process.off('uncaughtExceptionMonitor', onError)
    process.off('exit', onExit)
    clearInterval(beat)
  }
}

/** Does an uncaught error end this process? Not when the user's code has taken over that decision. */
function isFatal(): boolean {
  return process.listenerCount('uncaughtException') === 0 && !process.hasUncaughtExceptionCaptureCallback()
}

/** Writes the whole text; false when nobody is there to read it. */
function tryWrite(fd: number, text: string): boolean {
  try {
    for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(fd, rest))
    return true
  } catch {
    return false
  }
}

/** Ends a daemon whose launcher was killed while it waited: nothing half-started is left behind. */
function abandon(): never {
  tryWrite(2, `daemonic: the launcher of this daemon (pid ${process.pid}) was gone before it was ready: it ends\n`)
  process.exit(1)
}
