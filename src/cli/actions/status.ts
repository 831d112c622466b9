import type { Lookup } from '../../lifecycle/look-up.ts'
import { readStatus } from '../../lifecycle/status.ts'
import type { DaemonPhase } from '../../lifecycle/summarize.ts'
import type { ServiceState } from '../../service/hello.cts'
import type { Given } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { forEachName } from '../names.ts'
import { styleOf } from '../paint.ts'
import { renderStatus } from '../render-status.ts'

/** The exit code for each state: those of LSB. */
const codes: Record<DaemonPhase, number> = {
  running: exitCodes.ok,
  starting: exitCodes.ok,
  died: exitCodes.no,
  waiting: exitCodes.no,
  'given up': exitCodes.no,
  failed: exitCodes.no,
  stopped: exitCodes.notRunning,
  ended: exitCodes.notRunning,
  new: exitCodes.notRunning,
}

/** What a service says of itself; nothing for other daemons. */
async function askAbout(lookup: Lookup): Promise<ServiceState | undefined> {
  if (lookup.declared?.kind !== 'service') return undefined
  return (await import('../../service/manage.ts')).askService(lookup)
}

/** `daemonic status`. */
export async function runStatus(given: Given): Promise<number> {
  const style = styleOf(process.stdout)
  const code = await forEachName(given, async (lookup) => {
    const [status, service] = await Promise.all([readStatus(lookup), askAbout(lookup)])
    const told = service === undefined ? status : { ...status, service }
    return { text: renderStatus(told, style), data: told, code: codes[status.state] }
  })
  return code === exitCodes.notFound ? exitCodes.unknown : code
}
