import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import { findWriters, isRelated, isStopped } from '../system/writers.ts'
import type { Guardian } from './guardian.ts'
import { type RotatingLog, refusal } from './open-rotating.ts'

/** How long it may take until all writers are stopped, in milliseconds. One that waits for a slow disk stops when its write is done. */
const patience = 1000

/**
 * Finds who writes to a log, and refuses one that some process writes to without O_APPEND: it would go on at its old position, behind a
 * hole. And one that some process may write to that nobody here may look at.
 * @param looked as findWriters().
 * @throws {DaemonicError} NOT_ROTATED
 */
export function findLogWriters(log: RotatingLog, looked: Set<number> = new Set()): number[] {
  const { writers, unseen } = findWriters(log, looked)
  const wrong = writers.find(({ appends }) => !appends)
  if (wrong !== undefined) {
    throw refusal(
      log.shown,
      `process ${wrong.pid} writes to it without O_APPEND, as '>' of a shell does; let it append ('>>')`,
    )
  }
  const pids = writers.map(({ pid }) => pid)
  const hidden = pids.length === 0 ? undefined : unseen.find((pid) => isRelated(pid, pids))
  if (hidden === undefined) return pids
  throw refusal(log.shown, `process ${hidden} is another user's, and may write to it: rotate it as root`)
}

/**
 * Stops all processes that have the log open for writing, until there is none that runs: who is stopped begins no other. Whoever was
 * stopped before stays so. Each is looked at once: to look at all of them again takes as long as all the rest, while the writers wait.
 * @param onFound called just before any is stopped: to find them takes longer than to stop them.
 * @throws {DaemonicError} NOT_ROTATED, when some process does not stop.
 */
export async function stopWriters(
  log: RotatingLog,
  guardian: Guardian,
  onFound: () => Promise<void> = async () => {},
): Promise<void> {
  const deadline = performance.now() + patience
  const looked = new Set<number>()
  const writers: number[] = []
  for (const known = new Set<number>(); ; ) {
    writers.push(...findLogWriters(log, looked))
    const running = writers.filter((pid) => !isStopped(pid))
    if (running.length === 0) return
    if (known.size === 0) await onFound()
    for (const pid of running) if (!known.has(pid)) await stop(log, pid, guardian)
    for (const pid of running) known.add(pid)
    await untilStopped(running, deadline)
    if (performance.now() > deadline) throw refusal(log.shown, `process ${running[0]} writes to it, and does not stop`)
  }
}

/** Stops a process, after it is known who lets it go on. */
async function stop(log: RotatingLog, pid: number, guardian: Guardian): Promise<void> {
  await guardian.willStop(pid)
  try {
    process.kill(pid, 'SIGSTOP')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return
    throw refusal(log.shown, `process ${pid} writes to it, and may not be stopped by this user`, error)
  }
}

/** Waits until all threads of these are stopped, or the time is over. That is soon, and the shortest timer is longer. */
async function untilStopped(pids: readonly number[], deadline: number): Promise<void> {
  const soon = performance.now() + 5
  while (!pids.every(isStopped) && performance.now() < deadline) await (performance.now() < soon ? turn() : sleep(1))
}
