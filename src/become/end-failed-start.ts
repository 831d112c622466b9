import { endSession } from '../detach/end-session.ts'
import type { Launched } from '../detach/launch.cts'
import type { LockVerdict } from '../detach/trampoline-verdict.ts'
import { makeStartError, refusedLock } from '../ready/start-failure.ts'
import type { Outcome } from '../ready/wait.cts'
import type { StartPlan } from './launch-daemon.ts'

/**
 * Ends what is left of a start that failed.
 * @returns which lock was not to be had, when that was it.
 * @throws {StartError} that says what happened, otherwise.
 */
export async function endFailedStart(
  { options, logs, transcript, name }: StartPlan,
  { session }: Launched,
  outcome: Outcome,
): Promise<LockVerdict> {
  const verdict = refusedLock(outcome, options)
  if (verdict !== undefined) return verdict
  if (name !== undefined) await name.end(session)
  else if (session !== undefined) await endSession(session)
  const error = makeStartError(outcome, options, logs, transcript)
  await name?.fail(error.message)
  throw error
}
