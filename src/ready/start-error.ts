import { StartError, type StartFailure, type StartStep, StartTimeoutError } from '../errors.ts'
import { decodeError, summarizeError } from './decode-error.ts'
import type { Outcome, Sighting } from './wait.ts'

/** What the program had not done when it ended or its time was over, for each step that it can hang or end in. */
const missing: Partial<Record<StartStep, string>> = {
  trampoline: 'before Node was started in it',
  boot: 'while Node came up in it',
  program: 'before it reached the call: run again as the daemon, the program took another path than in the launcher',
  run: 'before it said that it was ready',
}

/** Makes the error for a daemon that did not become ready; `output` is the last that it wrote. */
export function startError({ kind, seen }: Outcome, output: string, startTimeout: number): StartError {
  const failure = { step: seen.step, pid: seen.pid, exitCode: seen.exitCode, output }
  if (seen.error !== undefined) return failedError(seen, failure)
  if (kind === 'late') return lateError(seen, failure, startTimeout)
  return endedError(seen, failure)
}

/** It threw, and said so. */
function failedError(seen: Sighting, failure: StartFailure): StartError {
  const error = seen.error ?? { value: null }
  const message = `${who(seen)} failed in step '${seen.step}': ${summarizeError(error)}`
  return new StartError(message, failure, decodeError(error))
}

/** It is still there, or was until it was ended. */
function lateError(seen: Sighting, failure: StartFailure, startTimeout: number): StartTimeoutError {
  const status = seen.status === undefined ? '' : ` Its last status: ${seen.status}.`
  const message = `${who(seen)} was ended: ${startTimeout} ms (startTimeout) were over ${when(seen)}.${status}`
  return new StartTimeoutError(message, failure, startTimeout)
}

/** It is gone. Only a process that exits can say its code; one that is killed says nothing. */
function endedError(seen: Sighting, failure: StartFailure): StartError {
  const how =
    seen.exitCode === undefined ? 'was killed by a signal, or crashed,' : `ended with exit code ${seen.exitCode}`
  return new StartError(`${who(seen)} ${how} ${when(seen)}`, failure, seen.trampoline?.error)
}

/** Names the daemon. */
function who({ pid }: Sighting): string {
  return pid === undefined ? 'The daemon' : `The daemon (pid ${pid})`
}

/** Says how far it had come. */
function when({ step }: Sighting): string {
  return missing[step] ?? `in step '${step}'`
}
