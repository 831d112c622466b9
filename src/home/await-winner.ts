import { type BigIntStats, readdirSync, readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { findDescriptor } from '../system/open-files.ts'
import { identify, readInstance } from '../system/process-table.ts'
import { livingProcess, readSeen } from './records.ts'

/** How long a holder may take until it has recorded itself, in milliseconds, before the lock is tried again. */
const patience = 250

/** Waits until whoever holds the name is ready, and gives its pid; nothing when it is gone, so that it is tried again. */
export async function awaitWinner(folder: string, deadline: number): Promise<number | undefined> {
  const begin = performance.now()
  for (; performance.now() < deadline; await sleep(20)) {
    const seen = readSeen(folder)
    const living = livingProcess(seen)
    if (living !== undefined && typeof seen === 'object' && seen.phase !== 'starting') return living.pid
    if (living === undefined && performance.now() - begin > patience) return undefined
    if (living === undefined && typeof seen === 'object' && seen.phase !== 'starting') {
      await sleep(20)
      return undefined
    }
  }
  return livingProcess(readSeen(folder))?.pid
}

/**
 * Finds the daemon that holds the lock of a name, among the processes that this user may look at. Who stops it may hold it for a
 * moment, too, but does not bear the mark of its folder.
 */
export function findLockHolder(folder: string): number | undefined {
  const lock = statSync(`${folder}/lock`, { bigint: true, throwIfNoEntry: false })
  if (lock === undefined || process.platform !== 'linux') return undefined
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .find(
      (pid) => readInstance(pid)?.startsWith(`${folder}#`) === true && identify(pid) !== undefined && holds(pid, lock),
    )
}

/** Has this process the file open, and locked? The kernel tells of a lock beside the open file that holds it. */
function holds(pid: number, lock: BigIntStats): boolean {
  try {
    const fd = findDescriptor(pid, lock)
    return fd !== undefined && /^lock:.*FLOCK/m.test(readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1'))
  } catch {
    return false
  }
}
