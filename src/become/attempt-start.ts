import { endSession } from '../detach/end-session.ts'
import { type Launched, launch } from '../detach/launch.ts'
import { type TrampolineVerdict, trampolineVerdict } from '../detach/trampoline.ts'
import { StartError } from '../errors.ts'
import type { PidFile } from '../home/pid-file.ts'
import type { StartAttempt } from '../home/with-pid-file.ts'
import type { NormalOptions } from '../options/types.ts'
import { startError } from '../ready/start-error.ts'
import { type Outcome, waitUntilReady } from '../ready/wait.ts'
import { niced } from './niced.ts'
import type { Outputs } from './outputs.ts'
import type { Call, Work } from './work.ts'

/** All that is settled before a start. */
export interface StartPlan {
  call: Call
  command: readonly string[]
  options: NormalOptions
  payload: Uint8Array
  outputs: Outputs
  /** By performance.now(). */
  deadline: number
}

/**
 * Starts the daemon once, and waits until it is ready.
 * @returns 'ready', or why the pid file was not to be had.
 * @throws {StartError} when the daemon failed; all of it is ended by then.
 */
export async function attemptStart(plan: StartPlan, pidFile?: PidFile): Promise<StartAttempt> {
  const launched = launchPlan(plan, pidFile)
  const outcome = await waitUntilReady(launched, plan.deadline - performance.now())
  if (outcome.kind === 'ready') return 'ready'
  const verdict = readTrampoline(outcome, plan.options)
  if (verdict === 'locked' || verdict === 'replaced') return verdict
  if (launched.session !== undefined) await endSession(launched.session)
  const output = plan.outputs.readLast()
  if (verdict === undefined) throw startError(outcome, output, plan.options.startTimeout)
  throw new StartError(verdict.message, { step: verdict.step, output }, outcome.seen.trampoline?.error)
}

/** Launches what the plan says. */
function launchPlan({ call, command, options, payload, outputs }: StartPlan, pidFile: PidFile | undefined): Launched {
  const { workingDir, umask, user, group, nice, title, ready } = options
  return launch({
    command: niced(command, nice),
    env: options.env,
    limits: options.limits,
    preserveFds: options.preserveFds,
    transcript: outputs.transcript,
    stdout: outputs.stdout.fd,
    stderr: outputs.stderr.fd,
    pidFile,
    payload,
    work: ({ stdout, stderr }): Work => ({
      call,
      stdout: { fd: stdout, created: outputs.stdout.created },
      stderr: { fd: stderr, created: outputs.stderr.created },
      options: { workingDir, umask, user, group, nice, title, ready },
      hasOwnEnvironment: options.env !== undefined,
    }),
  })
}

/** What the trampoline said, when it ended without starting anything. */
function readTrampoline({ seen }: Outcome, { limits }: NormalOptions): TrampolineVerdict | undefined {
  const { trampoline } = seen
  if (seen.pid !== undefined || trampoline === undefined || trampoline.code === 0) return undefined
  return trampolineVerdict(trampoline, limits)
}
