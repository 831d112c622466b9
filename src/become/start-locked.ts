// Apart from start-named.ts: a pid file has no use for what a name needs, and each file costs a start half a millisecond.
import type { Launched, Lock } from '../detach/launch.cts'
import type { Prelude } from '../detach/message.ts'
import type { LockVerdict } from '../detach/trampoline-verdict.ts'
import { pidFileLock } from '../home/pid-file.ts'
import { keepPidFile } from '../home/preludes.ts'
import { withLocks } from '../home/with-locks.ts'
import type { StartPlan } from './launch-daemon.ts'

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
