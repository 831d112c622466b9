import { endSession } from '../detach/end-session.ts'
import type { Launched } from '../detach/launch.ts'
import { readTail } from '../detach/read-tail.ts'
import { type TrampolineVerdict, trampolineVerdict } from '../detach/trampoline-verdict.ts'
import { StartError } from '../errors.ts'
import type { NormalOptions } from '../options/types.ts'
import { startError } from '../ready/start-error.ts'
import type { Outcome } from '../ready/wait.ts'
import type { Outputs, StartPlan } from './launch-daemon.ts'

/**
 * Ends what is left of a start that failed.
 * @returns why the pid file was not to be had, when that was it.
 * @throws {StartError} that says what happened, otherwise.
 */
export async function endFailedStart(
  { options, outputs }: StartPlan,
  { session }: Launched,
  outcome: Outcome,
): Promise<'locked' | 'replaced'> {
  const verdict = readTrampoline(outcome, options)
  if (verdict === 'locked' || verdict === 'replaced') return verdict
  if (session !== undefined) await endSession(session)
  const output = readLast(outputs)
  if (verdict === undefined) throw startError(outcome, output, options.startTimeout)
  throw new StartError(verdict.message, { step: verdict.step, output }, outcome.seen.trampoline?.error)
}

/** What the trampoline said, when it ended without starting anything. */
function readTrampoline({ seen }: Outcome, { limits }: NormalOptions): TrampolineVerdict | undefined {
  const { trampoline } = seen
  if (seen.pid !== undefined || trampoline === undefined || trampoline.code === 0) return undefined
  return trampolineVerdict(trampoline, limits)
}

/** The last lines that the daemon wrote, wherever they went. */
function readLast({ transcript, stdout, stderr }: Outputs): string {
  const tails = [readTail(transcript, 0), readTail(stdout.path, stdout.size)]
  if (stdout.path !== stderr.path) tails.push(readTail(stderr.path, stderr.size))
  return tails.filter((tail) => tail !== '').join('\n')
}
