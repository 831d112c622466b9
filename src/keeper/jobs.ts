import { AlreadyRunningError } from '../errors.ts'
import { readDeclaredSpec } from '../lifecycle/ensure-running.ts'
import { readLastLines } from '../lifecycle/last-lines.ts'
import { type Lookup, lifeOf, lookUp, readFolder, stateOf } from '../lifecycle/look-up.ts'
import { recordEnd } from '../lifecycle/record-end.ts'
import { startSpec } from '../lifecycle/start.ts'
import { stopLife } from '../lifecycle/stop.ts'
import { awaitStoppers } from '../lifecycle/stop-daemon.ts'
import { stopPlanOf } from '../lifecycle/stop-plan.ts'

/** What the keeper has done for it. */
export type Job =
  /** Start a daemon again. `base` is what its environment is made from, when that is known. */
  | { kind: 'start'; name: string; base?: NodeJS.Dict<string> | undefined }
  /** Stop it, because it is not well. */
  | { kind: 'stop'; name: string; instance: string }
  /** Record how it ended, with the last that it wrote. */
  | { kind: 'record'; name: string; instance: string }
  /** Rotate one of its logs: as a whole, or as far as it is too large. */
  | { kind: 'rotate'; name: string; path: string; whole: boolean }

/** What comes of each. */
export interface JobResult {
  /** stopped: somebody stopped it, so that it was not started. taken: somebody else starts it, or has. */
  start: { outcome: 'started' | 'stopped' | 'taken' } | { outcome: 'failed'; message: string }
  /** What it wrote last; and why it could not be stopped, if so. */
  stop: { output: string; error: string | null }
  record: { output: string }
  /** Why it could not be. */
  rotate: { error: string | null }
}

/** Does a job. What goes wrong is its result. */
export async function doJob(job: Job): Promise<JobResult[Job['kind']]> {
  const lookup = lookUp(job.name)
  if (job.kind === 'start') return lookup === undefined ? { outcome: 'stopped' } : startAgain(lookup, job.base)
  if (job.kind === 'rotate') return lookup === undefined ? { error: null } : rotate(lookup, job)
  if (job.kind === 'stop') return lookup === undefined ? { output: '', error: null } : stop(lookup, job.instance)
  return { output: lookup === undefined ? '' : await record(lookup, job.instance) }
}

/** Starts a daemon again, unless somebody stops it, or has. */
async function startAgain(lookup: Lookup, base: NodeJS.Dict<string> | undefined): Promise<JobResult['start']> {
  const { name, folder } = lookup
  try {
    await awaitStoppers(lookup)
    const { declared, seen } = readFolder(name, folder)
    if (declared?.kept === undefined || (typeof seen === 'object' && seen.phase === 'stopped'))
      return { outcome: 'stopped' }
    const spec = readDeclaredSpec(declared, name)
    await startSpec(spec, { isRestart: true, foreground: undefined, base, unlessStopped: true })
    return { outcome: 'started' }
  } catch (error) {
    await awaitStoppers(lookup)
    if (stateOf(readFolder(name, folder))?.phase === 'stopped') return { outcome: 'stopped' }
    if (error instanceof AlreadyRunningError && error.daemon === name) return { outcome: 'taken' }
    return { outcome: 'failed', message: (error as Error).message }
  }
}

/** Stops a life that is not well. It is no stop by somebody who wants it to be stopped: what is recorded is that it ended. */
async function stop(lookup: Lookup, instance: string): Promise<JobResult['stop']> {
  const { name, folder } = lookup
  try {
    await awaitStoppers(lookup)
    const life = await lifeOf(readFolder(name, folder))
    if (life?.instance !== instance) return { output: '', error: null }
    await stopLife(name, life, stopPlanOf(lookup))
    return { output: await record(lookup, instance), error: null }
  } catch (error) {
    return { output: '', error: (error as Error).message }
  }
}

/** Rotates a log, for as long as there is a keeper that asked for it. */
async function rotate(lookup: Lookup, job: Job & { kind: 'rotate' }): Promise<JobResult['rotate']> {
  try {
    const { rotateDueLog } = await import('../lifecycle/rotate-logs.ts')
    await rotateDueLog(lookup, job, () => process.connected !== false)
    return { error: null }
  } catch (error) {
    return { error: (error as Error).message }
  }
}

/** Records that a life ended by itself, and the last that it wrote. */
async function record({ name, folder }: Lookup, instance: string): Promise<string> {
  const lookup = readFolder(name, folder)
  const state = stateOf(lookup)
  if (state?.instance !== instance) return ''
  const output = state.exit?.output || readLastLines(lookup, state)
  await recordEnd(folder, instance, 'ended', output)
  return output
}
