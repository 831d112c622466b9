import { StartError, type StartFailure, type StartStep, StartTimeoutError } from '../errors.ts'
import type { NormalOptions } from '../options/types.ts'
import { decodeError, summarizeError } from './decode-error.ts'
import type { Outcome, Sighting } from './wait.cts'

/** What the program had not done when it ended or its time was over, for each step that it can hang or end in. */
const missing: Partial<Record<StartStep, string>> = {
  boot: 'while Node came up in it',
  program: 'before it reached the call: run again as the daemon, the program took another path than in the launcher',
  module:
    "before its code had run to its end; a module that never does is started with ready: 'exec', or calls ready()",
  exec: 'before the command was started',
  run: 'before it was ready',
}

/** Makes the error for a daemon that did not become ready; `output` is the last that it wrote. */
export function startError(
  { kind, seen }: Outcome,
  output: string,
  { name, startTimeout }: Pick<NormalOptions, 'name' | 'startTimeout'>,
): StartError {
  const who = nameDaemon(seen, name)
  const failure = { step: seen.step, pid: seen.pid, exitCode: seen.exitCode, signal: seen.signal, output }
  if (seen.error !== undefined) return failedError(who, seen, failure)
  if (kind === 'late') return lateError(who, seen, failure, startTimeout)
  return endedError(who, seen, failure)
}

/** It threw, and said so. */
function failedError(who: string, seen: Sighting, failure: StartFailure): StartError {
  const error = seen.error ?? { value: null }
  const message = `${who} failed in step '${seen.step}': ${summarizeError(error)}`
  return new StartError(message, failure, decodeError(error))
}

/** It is still there, or was until it was ended. */
function lateError(who: string, seen: Sighting, failure: StartFailure, startTimeout: number): StartTimeoutError {
  const status = seen.status === undefined ? '' : `; its last status: ${seen.status}`
  const probed = seen.probed === undefined ? '' : `: ${seen.probed}`
  const message = `${who} was ended: ${startTimeout} ms (startTimeout) were over ${when(seen)}${probed}${status}`
  return new StartTimeoutError(message, failure, startTimeout)
}

/** It is gone. Only a process that exits can say its code; one that is killed says nothing. */
function endedError(who: string, seen: Sighting, failure: StartFailure): StartError {
  const how = howEnded(seen)
  return new StartError(`${who} ${how} ${when(seen)}`, failure, seen.trampoline?.error)
}

/** Says how it ended. */
function howEnded({ exitCode, signal }: Sighting): string {
  if (signal !== undefined) return `was ended by ${signal}`
  return exitCode === undefined ? 'was killed by a signal, or crashed,' : `ended with exit code ${exitCode}`
}

/** Names the daemon. */
function nameDaemon({ pid }: Sighting, name = 'The daemon'): string {
  return pid === undefined ? name : `${name} (pid ${pid})`
}

/** Says how far it had come. */
function when({ step }: Sighting): string {
  return missing[step] ?? `in step '${step}'`
}
