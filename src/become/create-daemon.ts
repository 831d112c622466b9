import type { DaemonOptions } from '../options/types.ts'
import type { DaemonContext } from './context.ts'
import { findBirth } from './find-birth.ts'
import type { Call } from './work.ts'

/**
 * Goes on as a daemon: the code after this call runs in the daemon, and only there.
 *
 * The first process, the launcher, runs this program once more, detached, up to this call; it waits until the daemon is
 * ready, and exits with 0. What was printed before the call is printed once, by the launcher.
 * @param options how; everything has a default.
 * @returns in the daemon: what it can say and be told.
 * @throws {DaemonicError} in the launcher, when there will be no daemon: see the class and `code`. Nothing is left running.
 */
export async function createDaemon(options?: DaemonOptions): Promise<DaemonContext> {
  const call: Call = { verb: 'createDaemon', name: '' }
  const birth = findBirth()
  if (birth === undefined) return (await import('./launch-daemon.ts')).launchDaemon(call, options, [])
  const { arrive } = await import('./arrive.ts')
  const { context, isReadyAtOnce } = arrive(birth, call)
  if (isReadyAtOnce) context.ready()
  return context
}
