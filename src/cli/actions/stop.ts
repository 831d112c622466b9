import type { Stopped } from '../../lifecycle/stop.ts'
import { stopDaemon } from '../../lifecycle/stop-daemon.ts'
import type { StopOptions } from '../../lifecycle/stop-plan.ts'
import type { Given } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { forEachName } from '../names.ts'
import { readTimeWord } from '../read-values.ts'
import { formatDuration } from '../units.ts'

/** `daemonic stop`. */
export function runStop(given: Given): Promise<number> {
  const options: StopOptions = {
    signal: given.text('signal') as NodeJS.Signals | undefined,
    timeout: readTimeWord(given, 'timeout'),
    scope: given.text('scope') as StopOptions['scope'],
  }
  return forEachName(given, async (lookup) => {
    const stopped = await stopDaemon(lookup, options)
    const isSilent = given.has('all') && stopped.how === 'not running'
    return {
      text: isSilent ? undefined : describeStop(lookup.name, stopped),
      data: { name: lookup.name, ...stopped, pid: stopped.pid ?? null },
      code: stopped.how === 'killed' ? exitCodes.killed : exitCodes.ok,
    }
  })
}

/** Says how a stop came out. */
function describeStop(name: string, { how, pid, took, killed }: Stopped): string {
  if (how === 'not running') return `${name} was not running`
  const who = pid === undefined ? 'what was left of it' : `pid ${pid}`
  const byForce = how === 'killed' ? `, by force: killed ${killed.join(', ')}` : ''
  return `${name} stopped (${who}, after ${formatDuration(took)}${byForce})`
}
