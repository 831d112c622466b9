import type { Logs } from '../detach/logs.ts'
import { type LockVerdict, trampolineVerdict } from '../detach/trampoline-verdict.ts'
import { StartError } from '../errors.ts'
import type { NormalOptions } from '../options/types.ts'
import { readTail } from '../system/read-tail.cjs'
import { startError } from './start-error.ts'
import type { Outcome } from './wait.cts'

/** The lock that a start was refused, when that was it: said by the trampoline, or by the daemon that found its name taken. */
export function refusedLock({ seen }: Outcome, { limits }: NormalOptions): LockVerdict | undefined {
  if (seen.takenBy !== undefined) return { lock: 'held', index: 0 }
  const verdict = seen.pid === undefined && seen.trampoline !== undefined && trampolineVerdict(seen.trampoline, limits)
  return verdict && 'lock' in verdict ? verdict : undefined
}

/** The error for a start that failed. All of it is ended by now. */
export function makeStartError(
  outcome: Outcome,
  options: NormalOptions,
  logs: Logs,
  transcript: number | undefined,
): StartError {
  const { trampoline, pid } = outcome.seen
  const output = readLast(logs, transcript)
  const verdict =
    pid !== undefined || trampoline === undefined || trampoline.code === 0
      ? undefined
      : trampolineVerdict(trampoline, options.limits)
  if (verdict === undefined || 'lock' in verdict) return startError(outcome, output, options)
  return new StartError(verdict.message, { step: verdict.step, output }, trampoline?.error)
}

/** The last lines that the daemon wrote, wherever they went. */
function readLast({ stdout, stderr }: Logs, transcript: number | undefined): string {
  const tails = [transcript === undefined ? '' : readTail(transcript, 0), readTail(stdout.path, stdout.size)]
  if (stdout.path !== stderr.path) tails.push(readTail(stderr.path, stderr.size))
  return tails.filter((tail) => tail !== '').join('\n')
}
