import { readFileSync } from 'node:fs'
import type { Launched } from '../detach/launch.cts'
import type { Logs } from '../detach/logs.ts'
import { DaemonicError, ServiceError, StartError, StartTimeoutError } from '../errors.ts'
import { livingProcess, readSeen, type State } from '../home/records.ts'
import { endHalfStarted, recordFailure } from '../lifecycle/name.ts'
import { completeOptions } from '../options/complete.ts'
import type { Outcome } from '../ready/wait.cts'
import type { Answer } from './hello.cts'
import type { Target } from './target.cts'

/** What is known of the service that is meant. */
function factsOf({ instance, folder, log }: Target): { daemon: string; pid: number | undefined; log: string } {
  return { daemon: instance, pid: livingProcess(readSeen(folder))?.pid, log }
}

/** The error for a service that does not answer: why, and what to do. */
export async function unresponsive(target: Target): Promise<Error> {
  const facts = factsOf(target)
  const { daemon, pid, log } = facts
  const waited = `${daemon} (pid ${pid ?? 'unknown'}) did not answer within ${target.handshakeTimeout} ms (handshakeTimeout)`
  if (pid !== undefined && isStopped(pid)) {
    return new ServiceError(
      'SERVICE_UNRESPONSIVE',
      `${waited}: it is stopped by a signal; kill -CONT ${pid} has it go on`,
      facts,
    )
  }
  const remedy = `it is busy, or hangs: see its log, ${log}, or end it with daemonic stop ${daemon}`
  return new ServiceError('SERVICE_UNRESPONSIVE', `${waited}: ${remedy}`, facts)
}

/** Is a process stopped by a signal? */
function isStopped(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return 'Tt'.includes(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3))
  } catch {
    return false
  }
}

/** The error for a service that does not take this client in. */
export async function refusedBy(target: Target, answer: Answer): Promise<Error> {
  const facts = { ...factsOf(target), pid: answer.pid }
  const { name, version } = target.identity
  if (answer.kind !== 'refused') return new ServiceError('SERVICE_DIFFERS', `${target.instance} gave no welcome`, facts)
  if (answer.why === 'older') {
    const message = `${name} ${answer.version} has taken over from ${version}: use the newer one, or end it with daemonic stop ${target.instance}`
    return new ServiceError('SERVICE_REPLACED', message, facts)
  }
  if (answer.why === 'wire') {
    const message = `${target.instance} (pid ${answer.pid}) runs with another version of daemonic, whose messages this one does not know: daemonic stop ${target.instance} ends it`
    return new ServiceError('SERVICE_DIFFERS', message, facts)
  }
  const message = `What answers as ${target.instance} (pid ${answer.pid}) is another service: connect() and serve() need the same name, version, env and replace`
  return new ServiceError('SERVICE_DIFFERS', message, facts)
}

/** The error for a service that could not be reached in time: it is being started, or there is no way to it. */
export async function unreachable(target: Target, problem: string): Promise<Error> {
  const facts = factsOf(target)
  const seen = readSeen(target.folder)
  const limit = `within ${target.startTimeout} ms (startTimeout)`
  if (typeof seen === 'object' && facts.pid !== undefined && seen.phase === 'starting') {
    const message = `${target.instance} (pid ${facts.pid}), which another client started, was not ready ${limit}; its log is ${target.log}`
    return new StartTimeoutError(message, { step: 'run', pid: facts.pid, output: '' }, target.startTimeout)
  }
  const who =
    facts.pid === undefined ? `${target.instance} is starting or leaving` : `${target.instance} runs (pid ${facts.pid})`
  const why: Record<string, string> = {
    absent: `and there is nothing at its socket, ${target.socket}`,
    denied: `and this user may not connect to its socket, ${target.socket}`,
    foreign: `and another program answers at its socket, ${target.socket}`,
  }
  const message = `No way to the service ${limit}: ${who}, ${why[problem] ?? 'and ends every connection'}; its log is ${target.log}; daemonic stop ${target.instance} ends it`
  return new ServiceError('SERVICE_UNREACHABLE', message, facts)
}

/** The error for a start by another client that failed while this one waited for it. */
export async function failedForAnother(target: Target, state: State): Promise<Error> {
  const output = state.exit?.output ?? ''
  const reason = output.split('\n').find((line) => /^\S*(?:Error|Exception)\b/.test(line))
  const code = state.exit?.code
  const how = reason ?? (code == null ? 'it did not become ready' : `it ended with exit code ${code}`)
  const message = `${target.instance} (pid ${state.process.pid}), which another client started, failed before it was ready: ${how}`
  return new StartError(message, { step: 'run', pid: state.process.pid, exitCode: code ?? undefined, output })
}

/** Ends what is left of a start that failed, records it, and makes the error. */
export async function failedStart(
  target: Target,
  outcome: Outcome,
  { launched, logs, instance }: { launched: Launched; logs: Logs; instance: string },
): Promise<Error> {
  const { makeStartError } = await import('../ready/start-failure.ts')
  const life = { instance, main: undefined, session: launched.session }
  await endHalfStarted(target.instance, life)
  const options = completeOptions({ name: target.instance, startTimeout: target.startTimeout })
  const error = explain(makeStartError(outcome, options, logs, undefined), target)
  await recordFailure(target.folder, instance, error.message)
  return error
}

/** Of a module that ended by itself, says what is missing from it: what is said of other daemons' modules is no help to a service. */
function explain(error: StartError, { instance, module }: Target): StartError {
  if (error.step !== 'module' || error.exitCode !== 0 || error.cause !== undefined) return error
  const remedy = `${module} has to call serve(), of the same copy of daemonic as connect()`
  return new StartError(`${instance} (pid ${error.pid}) ended before it served: ${remedy}`, error)
}

/** The error for a call of a client that was disconnected. */
export async function disconnected(method: string): Promise<Error> {
  return new DaemonicError('DISCONNECTED', `${method}(): this client was disconnected; connect() makes another`)
}
