import type { Launched } from '../detach/launch.cts'
import { tell } from '../detach/launch.ts'
import type { Prelude } from '../detach/message.ts'
import type { LockVerdict } from '../detach/trampoline-verdict.ts'
import type { Probe } from '../ready/wait.cts'
import { waitUntilReady } from '../ready/wait.ts'
import type { StartPlan } from './launch-daemon.ts'
import type { Work } from './work.ts'

/**
 * Tells a daemon that was launched what it is to do, and waits until it is ready.
 * @param preludes what it does before the program's own code.
 * @returns 'ready', or which lock was not to be had.
 * @throws {StartError} when the daemon failed; all of it is ended by then.
 */
export async function awaitStart(
  plan: StartPlan,
  launched: Launched,
  preludes: Prelude[],
): Promise<'ready' | LockVerdict> {
  const readyWhen = whoSaysReady(plan)
  const probe = readyWhen === 'launcher' ? await startProbe(plan, launched) : undefined
  tell(launched, { preludes, work: makeWork(plan, launched, readyWhen), payload: plan.payload })
  const outcome = await waitUntilReady(launched, plan.deadline - performance.now(), probe)
  if (outcome.kind === 'ready') return 'ready'
  const { endFailedStart } = await import('./end-failed-start.ts')
  return endFailedStart(plan, launched, outcome)
}

/** Who says that the daemon is ready: it is as soon as its code runs, or it says so, or the launcher sees it. */
function whoSaysReady({ options: { ready } }: StartPlan): Work['readyWhen'] {
  if (ready.kind === 'auto' || ready.kind === 'exec') return 'auto'
  return ready.kind === 'manual' ? 'manual' : 'launcher'
}

/** Makes what looks from outside whether the daemon is ready. */
async function startProbe({ options, logs }: StartPlan, { notify }: Launched): Promise<Probe | undefined> {
  const { makeProbe } = await import('../ready/probe.ts')
  return makeProbe(options.ready, { logs: [logs.stdout, logs.stderr], notify, startedAt: Date.now() })
}

/** What the daemon has to know. */
function makeWork({ call, options, logs }: StartPlan, { at }: Launched, readyWhen: Work['readyWhen']): Work {
  const { workingDir, umask, user, group, nice, title, env, extendEnv } = options
  return {
    call,
    settlement: {
      ...{ nice, umask, workingDir, title, user, group },
      stdout: { fd: at['stdout'], created: logs.stdout.created },
      stderr: { fd: at['stderr'], created: logs.stderr.created },
      hasOwnEnvironment: env !== undefined && !extendEnv,
    },
    readyWhen,
  }
}
