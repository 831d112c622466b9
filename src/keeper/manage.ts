// The door to named daemons. All behind import(): who imports this package to become a daemon has no use for it.

import type { Daemon } from '../lifecycle/daemon.ts'
import type { Lookup } from '../lifecycle/look-up.ts'
import type { StartOptions } from '../options/types.ts'

/**
 * Sees to it that a daemon runs: starts it, and resolves when it is ready. When it runs already as it is asked for, it is left
 * as it is. This process goes on, and nothing of it is changed.
 * @param options what to start, under which name, and how.
 * @throws {SpecDiffersError} when it runs, and was started with other options; {StartError} when it does not become ready,
 * and nothing is left of it; {InvalidOptionError}.
 */
export async function startDaemon(options: StartOptions): Promise<Daemon> {
  const { requireUnix } = await import('../system/unix.ts')
  requireUnix()
  await heal()
  const { ensureKept } = await import('./ensure-kept.ts')
  const { name, pid, warnings, wasRunning } = await ensureKept(options)
  return (await import('../lifecycle/daemon.ts')).makeDaemon(name, pid, restart, warnings, wasRunning)
}

/** Finds a daemon by its name; undefined when there is none. It need not be running. */
export async function findDaemon(name: string): Promise<Daemon | undefined> {
  await heal()
  const { lookUp } = await import('../lifecycle/look-up.ts')
  const { livingPid, makeDaemon } = await import('../lifecycle/daemon.ts')
  const lookup = lookUp(name)
  return lookup && makeDaemon(name, await livingPid(lookup), restart)
}

/** Lists all daemons that have a name, sorted by it. */
export async function listDaemons(): Promise<Daemon[]> {
  await heal()
  const { lookUpAll } = await import('../lifecycle/look-up.ts')
  const { livingPid, makeDaemon } = await import('../lifecycle/daemon.ts')
  return Promise.all(lookUpAll().map(async (lookup) => makeDaemon(lookup.name, await livingPid(lookup), restart)))
}

/** Restarts a daemon. */
async function restart(lookup: Lookup): Promise<{ pid: number | undefined }> {
  return (await import('./ensure-kept.ts')).restartKept(lookup)
}

/** Sees to it that there is a keeper again, when it was killed together with its heir. */
async function heal(): Promise<void> {
  await (await import('./heal.ts')).healKeeper()
}
