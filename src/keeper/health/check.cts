import type { HealthCheck } from '../../options/types.ts'
import { getOnce, isGood, lookAtPort, lookAtSocket } from '../../ready/connect.cjs'
import { showTime } from './show.cjs'
import type { Watched } from './types.ts'

/** What looks once whether a daemon is well, again and again. */
export interface Check {
  /** Resolves with nothing when it is, else with what was seen; within the time that it may take. */
  run(): Promise<string | undefined>
  /** Ends what is under way. */
  end(): void
}

/** Makes the check. */
export function makeCheck(health: HealthCheck, watched: Watched): Check {
  const { timeout } = health
  switch (health.kind) {
    case 'command':
      return (require('./check-command.cjs') as typeof import('./check-command.cts')).makeCommandCheck(
        health.words,
        timeout,
        watched,
      )
    case 'http':
      return withoutEnd(() => checkHttp(health.url, timeout))
    case 'port':
      return withoutEnd(async () => problemOf(await lookAtPort(health.port, health.host, timeout)))
    case 'socket':
      return withoutEnd(async () => problemOf(await lookAtSocket(health.path, timeout)))
  }
}

/** A check that leaves nothing behind when nobody waits for it any more: its own time is soon over. */
function withoutEnd(run: Check['run']): Check {
  return { run, end: () => {} }
}

/** What was seen, when it was not good. */
function problemOf(seen: true | string): string | undefined {
  return seen === true ? undefined : seen
}

/** Gets a URL: all of the answer has to come in time, and its status is 200 to 399. */
async function checkHttp(url: string, timeout: number): Promise<string | undefined> {
  const { status, problem } = await getOnce(url, timeout, true)
  if (status !== undefined) return isGood(status) ? undefined : `GET ${showUrl(url)} was answered with ${status}`
  const isLate = problem?.startsWith('no answer') === true
  return `GET ${showUrl(url)} was not answered${isLate ? ` within ${showTime(timeout)}` : `: ${problem}`}`
}

/** Shows a URL without what may be secret in it: a password, and what is asked. */
function showUrl(url: string): string {
  const { origin, pathname, search } = new URL(url)
  return `${origin}${pathname.slice(0, 200)}${search === '' ? '' : '?…'}`
}
