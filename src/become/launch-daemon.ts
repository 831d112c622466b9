import { withPidFile } from '../home/with-pid-file.ts'
import { normalizeOptions } from '../options/normalize.ts'
import type { DaemonOptions } from '../options/types.ts'
import { requireUnix } from '../system/platform.ts'
import { attemptStart } from './attempt-start.ts'
import { checkRights } from './check-rights.ts'
import { cloneArguments } from './clone-arguments.ts'
import { leave } from './leave.ts'
import { openOutputs } from './outputs.ts'
import { rerunCommand } from './rerun.ts'
import type { Call } from './work.ts'

/**
 * The launcher's side of the call: tries all that can fail without a daemon, starts it, waits until it is ready, and ends
 * this process. Throws instead when there is no daemon in the end; then nothing is left of the attempt.
 */
export async function launchDaemon(
  call: Call,
  givenOptions: DaemonOptions | undefined,
  args: readonly unknown[],
): Promise<never> {
  requireUnix()
  const command = rerunCommand()
  const options = normalizeOptions(givenOptions)
  checkRights(options)
  const payload = await cloneArguments(call, args)
  const deadline = performance.now() + options.startTimeout
  const outputs = openOutputs(options)
  try {
    const plan = { call, command, options, payload, outputs, deadline }
    if (options.pidFile === undefined) await attemptStart(plan)
    else await withPidFile(options.pidFile, deadline, (pidFile) => attemptStart(plan, pidFile))
  } finally {
    outputs.close()
  }
  return leave()
}
