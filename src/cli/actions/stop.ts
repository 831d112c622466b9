import { livingProcess } from '../../home/records.ts'
import { goesOn } from '../../lifecycle/keep-status.ts'
import { lookUp } from '../../lifecycle/look-up.ts'
import type { Stopped } from '../../lifecycle/stop.ts'
import { stopDaemon } from '../../lifecycle/stop-daemon.ts'
import type { StopOptions } from '../../lifecycle/stop-plan.ts'
import { readInstance, readProcessTable } from '../../system/process-table.ts'
import type { Given } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { forEachName, namesOf } from '../names.ts'
import { readTimeWord } from '../read-values.ts'
import { formatDuration } from '../units.ts'

/** `daemonic stop`. */
export function runStop(given: Given): Promise<number> {
  const options: StopOptions = {
    signal: given.text('signal') as NodeJS.Signals | undefined,
    timeout: readTimeWord(given, 'timeout'),
    scope: given.text('scope') as StopOptions['scope'],
  }
  return forEachName(
    given,
    async (lookup) => {
      const wasToStart = goesOn(lookup)
      const stopped = await stopDaemon(lookup, options)
      return {
        text: describeStop(lookup.name, stopped, wasToStart),
        data: { name: lookup.name, ...stopped, pid: stopped.pid ?? null },
        code: stopped.how === 'killed' ? exitCodes.killed : exitCodes.ok,
      }
    },
    given.has('all') ? namesWithProcesses(namesOf(given)) : namesOf(given),
  )
}

/** Those of which something is running, or about to. The others are left as they are: what died stays known as that. */
function namesWithProcesses(names: readonly string[]): string[] {
  const pids = [...readProcessTable().keys()].filter((pid) => pid !== process.pid)
  const folders = new Set(pids.flatMap((pid) => readInstance(pid)?.replace(/#[^#]*$/, '') ?? []))
  return names.filter((name) => {
    const lookup = lookUp(name)
    if (lookup === undefined) return false
    return folders.has(lookup.folder) || livingProcess(lookup.seen) !== undefined || goesOn(lookup)
  })
}

/** Says how a stop came out. */
function describeStop(name: string, { how, pid, took, killed }: Stopped, wasToStart: boolean): string {
  if (how === 'not running') return `${name} was not running${wasToStart ? ', and is not started again' : ''}`
  const who = pid === undefined ? 'what was left of it' : `pid ${pid}`
  const byForce = how === 'killed' ? `, by force: killed ${killed.join(', ')}` : ''
  return `${name} stopped (${who}, after ${formatDuration(took)}${byForce})`
}
