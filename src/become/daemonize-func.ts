import type { DaemonOptions } from '../options/types.ts'
import { findBirth } from './find-birth.ts'
import type { Call } from './work.ts'

/**
 * Runs a function as a daemon, with the launcher's arguments; the code after this call runs in the daemon, and only there.
 * @param fn the function. It runs in the daemon alone.
 * @param options how; everything has a default.
 * @param args its arguments, carried over by structured clone.
 * @returns in the daemon: what the function returns.
 * @throws {DaemonicError} in the launcher, when there will be no daemon; what the function throws before the daemon is ready is
 * its `cause`. In the daemon: what the function throws.
 */
export function daemonizeFunc<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
  options?: DaemonOptions,
  ...args: Args
): Promise<Awaited<Result>> {
  return runAsDaemon({ verb: 'daemonizeFunc', name: fn.name }, fn, options, args)
}

/** Launches, or runs the function when this process is the daemon. */
export async function runAsDaemon<Args extends readonly unknown[], Result>(
  call: Call,
  fn: (...args: Args) => Result,
  options: DaemonOptions | undefined,
  args: Args,
): Promise<Awaited<Result>> {
  const birth = findBirth()
  if (birth === undefined) return (await import('./launch-daemon.ts')).launchDaemon(call, options, args)
  const { arrive } = await import('./arrive.ts')
  const { runFunction } = await import('./run-function.ts')
  return runFunction(birth, arrive(birth, call), fn)
}
