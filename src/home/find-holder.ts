import { readFileSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { findDescriptor } from '../system/open-files.ts'

/** How long the holder of a lock may take until it has written its pid, before the lock is tried again. */
const patience = 250

/**
 * Finds out which process holds the lock of a pid file. A winner writes its pid soon after it has the lock, and what is
 * in the file before that is the pid of a dead daemon, which may be a stranger's by now: a pid counts when that process
 * has the file open, or when this user may not see what it has open. Nothing when none is found within 250 ms.
 */
export async function findHolder(path: string): Promise<number | undefined> {
  for (const deadline = performance.now() + patience; performance.now() < deadline; await sleep(10)) {
    const pid = readPid(path)
    if (pid !== undefined && mayHold(pid, path)) return pid
  }
  return undefined
}

/** Can this process be the one that holds the file open? */
function mayHold(pid: number, path: string): boolean {
  try {
    return findDescriptor(pid, statSync(path, { bigint: true })) !== undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'EACCES' || code === 'EPERM' || process.platform !== 'linux'
  }
}

/** Reads the pid in a pid file; nothing when there is none in it. */
function readPid(path: string): number | undefined {
  try {
    const content = readFileSync(path, 'latin1').trim()
    return /^[1-9]\d{0,9}$/.test(content) ? Number(content) : undefined
  } catch {
    return undefined
  }
}
