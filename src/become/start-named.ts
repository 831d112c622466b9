import type { Launched, Lock } from '../detach/launch.ts'
import type { Prelude } from '../detach/message.ts'
import { withoutInspectorFlags } from '../detach/rerun.ts'
import type { LockVerdict } from '../detach/trampoline-verdict.ts'
import { pidFileLock } from '../home/pid-file.ts'
import { keepPidFile } from '../home/preludes.ts'
import { withLocks } from '../home/with-locks.ts'
import { type Name, prepareName } from '../lifecycle/name.ts'
import type { DaemonOptions, NormalOptions } from '../options/types.ts'
import type { StartPlan } from './launch-daemon.ts'
import { showCall } from './refusals.ts'
import type { Call } from './work.ts'

/** A name that a program gives itself. */
export type NamedStart = Name

/**
 * Prepares the name that a program gives itself by one of the verbs.
 * @throws {DaemonicError} HOME_UNSAFE, HOME_UNUSABLE.
 */
export function nameStart(name: string, given: DaemonOptions, options: NormalOptions, call: Call): Promise<NamedStart> {
  const { preserveFds, ...rest } = given
  const { workingDir, stdout, stderr } = options
  const rerun = {
    args: [...withoutInspectorFlags(process.execArgv), ...process.argv.slice(1)],
    workingDir: process.cwd(),
    call: showCall(call),
  }
  const declared = { kind: 'program' as const, options: { ...rest, workingDir, stdout, stderr }, rerun }
  return prepareName(name, declared, process.execPath, false)
}

/**
 * Starts a program's daemon under the locks of its name and its pid file, as far as it has them.
 * @throws {AlreadyRunningError} with the pid of the process that has one of them.
 */
export async function startUnderLocks(
  { options: { pidFile }, name, logs, deadline }: StartPlan,
  start: (locks: Lock[], preludes: (launched: Launched) => Prelude[]) => Promise<'ready' | LockVerdict>,
): Promise<void> {
  const files = [name?.lock, pidFile === undefined ? undefined : pidFileLock(pidFile)].filter(
    (file) => file !== undefined,
  )
  await withLocks(files, deadline, (locks) =>
    start(locks, (launched) => [
      ...(name === undefined ? [] : [name.claim(launched, logs)]),
      ...(pidFile === undefined ? [] : [keepPidFile(launched.at[`lock${files.length - 1}`] as number, pidFile)]),
    ]),
  )
}
