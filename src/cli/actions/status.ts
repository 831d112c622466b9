import { readStatus } from '../../lifecycle/status.ts'
import type { DaemonPhase } from '../../lifecycle/summarize.ts'
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
  failed: exitCodes.no,
  stopped: exitCodes.notRunning,
  ended: exitCodes.notRunning,
  new: exitCodes.notRunning,
}

/** `daemonic status`. */
export async function runStatus(given: Given): Promise<number> {
  const style = styleOf(process.stdout)
  const code = await forEachName(given, async (lookup) => {
    const status = await readStatus(lookup)
    return { text: renderStatus(status, style), data: status, code: codes[status.state] }
  })
  return code === exitCodes.notFound ? exitCodes.unknown : code
}
