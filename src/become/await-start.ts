import type { Launched } from '../detach/launch.ts'
import { tell } from '../detach/tell.ts'
import type { StartAttempt } from '../home/pid-file.ts'
import { waitUntilReady } from '../ready/wait.ts'
import type { StartPlan } from './launch-daemon.ts'
import type { Work } from './work.ts'

/**
 * Tells a daemon that was launched what it is to do, and waits until it is ready.
 * @returns 'ready', or why the pid file was not to be had.
 * @throws {StartError} when the daemon failed; all of it is ended by then.
 */
export async function awaitStart(plan: StartPlan, launched: Launched): Promise<StartAttempt> {
  tell(launched, makeWork(plan, launched), plan.payload)
  const outcome = await waitUntilReady(launched, plan.deadline - performance.now())
  if (outcome.kind === 'ready') return 'ready'
  const { endFailedStart } = await import('./end-failed-start.ts')
  return endFailedStart(plan, launched, outcome)
}

/** What the daemon has to know. */
function makeWork({ call, options, outputs }: StartPlan, { plan: { at } }: Launched): Work {
  const { workingDir, umask, user, group, nice, title, ready } = options
  return {
    call,
    stdout: { fd: at.stdout, created: outputs.stdout.created },
    stderr: { fd: at.stderr, created: outputs.stderr.created },
    options: { workingDir, umask, user, group, nice, title, ready },
    hasOwnEnvironment: options.env !== undefined,
  }
}
