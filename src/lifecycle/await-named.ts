import { fileURLToPath } from 'node:url'
import type { ModuleWork } from '../detach/boot/run-module.cts'
import type { Launched } from '../detach/launch.cts'
import { tell } from '../detach/launch.ts'
import type { Prelude } from '../detach/message.ts'
import type { LockVerdict } from '../detach/trampoline-verdict.ts'
import { keepAlive, keepPidFile } from '../home/preludes.ts'
import type { Outcome, Probe } from '../ready/wait.cts'
import { waitUntilReady } from '../ready/wait.ts'
import type { CommandWork } from './boot/start-command.cts'
import type { Spec } from './spec.ts'
import type { Started, StartPlan } from './start.ts'

/**
 * Tells a daemon that was launched what it is to do, and waits until it is ready, or will not be.
 * @returns the daemon, or which lock was not to be had.
 * @throws {StartError} when it did not become ready; all of it is ended by then.
 */
export async function awaitNamed(plan: StartPlan, launched: Launched): Promise<Started | LockVerdict> {
  const { spec, mode, deadline } = plan
  const probe = readyWhen(spec) === 'launcher' ? await startProbe(plan, launched) : undefined
  tell(launched, { preludes: makePreludes(plan, launched), work: makeWork(plan, launched), payload: new Uint8Array() })
  mode.onWait?.(() => probe?.seen() ?? `it is not ready yet (${spec.options.ready.kind})`)
  const outcome = await waitUntilReady(launched, deadline - performance.now(), probe, mode.foreground !== undefined)
  launched.notify?.destroy()
  if (outcome.kind === 'ready') return { pid: outcome.seen.pid as number, launched }
  return failStart(plan, launched, outcome)
}

/** Who says that the daemon is ready. */
function readyWhen({ options: { ready } }: Spec): ModuleWork['readyWhen'] {
  return ready.kind === 'exec' || ready.kind === 'auto' || ready.kind === 'manual' ? ready.kind : 'launcher'
}

/** Makes what looks from outside whether the daemon is ready. */
async function startProbe({ spec, logs }: StartPlan, { notify }: Launched): Promise<Probe | undefined> {
  const { makeProbe } = await import('../ready/probe.ts')
  return makeProbe(spec.options.ready, { logs: [logs.stdout, logs.stderr], notify, startedAt: Date.now() })
}

/** Says which lock was refused, or ends what is left, and throws. */
async function failStart({ spec, name, logs }: StartPlan, launched: Launched, outcome: Outcome): Promise<LockVerdict> {
  const { makeStartError, refusedLock } = await import('../ready/start-failure.ts')
  const verdict = refusedLock(outcome, spec.options)
  if (verdict !== undefined) return verdict
  await name.end(launched.session)
  const error = makeStartError(outcome, spec.options, logs, undefined)
  await name.fail(error.message)
  throw error
}

/** What the daemon does before its code runs: takes its name, writes its pid file, and turns into what the options ask for. */
function makePreludes({ spec, name, logs, hasPreloads, file }: StartPlan, launched: Launched): Prelude[] {
  const { watchdog, pidFile, nice, umask, workingDir, title, user, group, env, extendEnv } = spec.options
  const settlement = {
    ...{ nice, umask, workingDir, title: file === undefined ? title : undefined, user, group },
    stdout: { fd: undefined, created: logs.stdout.created },
    stderr: { fd: undefined, created: logs.stderr.created },
    hasOwnEnvironment: env !== undefined && !extendEnv,
  }
  const moduleWork: ModuleWork = { readyWhen: readyWhen(spec), hasPreloads }
  return [
    name.claim(launched, logs),
    ...(pidFile === undefined ? [] : [keepPidFile(launched.at['lock1'] as number, pidFile)]),
    ...(watchdog === undefined ? [] : [keepAlive(name.folder, watchdog, file !== undefined)]),
    { module: detachBoot('settle'), data: settlement },
    ...(file === undefined ? [{ module: detachBoot('run-module'), data: moduleWork }] : []),
  ]
}

/** The path of a file that a daemon loads at its birth. */
function detachBoot(file: string): string {
  return fileURLToPath(new URL(`../detach/boot/${file}.cjs`, import.meta.url))
}

/** What the process in the place of a command has to know; a module has nothing to. */
function makeWork({ spec, mode, name, file }: StartPlan, { at }: Launched): CommandWork | null {
  if (file === undefined) return null
  const { ready, preserveFds } = spec.options
  const [command, ...args] = spec.words
  const notify = ready.kind === 'fd' ? [ready.fd] : []
  return {
    ...{ file, argv0: spec.options.title ?? command, args, keep: [...preserveFds, ...notify] },
    readyWhen: readyWhen(spec) === 'launcher' ? 'launcher' : 'exec',
    stays: mode.foreground !== undefined,
    waiter: at['life'] === undefined ? null : { life: at['life'], exit: at['exit'] as number, instance: name.instance },
  }
}
