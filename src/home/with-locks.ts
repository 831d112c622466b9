import { closeSync } from 'node:fs'
import type { Lock } from '../detach/launch.cts'
import type { LockVerdict } from '../detach/trampoline-verdict.ts'

/** A file whose lock a start needs. */
export interface LockFile {
  /** Opens it; nothing when the system says at once that another holds it (macOS). */
  open(): Lock | undefined
  /** What is to be done when another holds it: throws when that is for good, and else waits a little. */
  onHeld(deadline: number): Promise<void>
}

/**
 * Starts something under locks, which the trampoline takes and the daemon holds. A lock file that its last owner removed
 * meanwhile is opened anew; a lock whose holder is starting or leaving is tried again.
 * @param deadline by performance.now().
 * @param start starts it; what it returns is the result, unless that is a lock that was not to be had.
 */
export async function withLocks<Result>(
  files: readonly LockFile[],
  deadline: number,
  start: (locks: Lock[]) => Promise<Result | LockVerdict>,
): Promise<Result> {
  for (;;) {
    const locks = openAll(files)
    const attempt = 'lock' in locks ? locks : await start(locks)
    if (!isVerdict(attempt)) return attempt
    if (attempt.lock === 'held') await files[attempt.index]?.onHeld(deadline)
  }
}

/** Is this a lock that was not to be had? */
function isVerdict(attempt: unknown): attempt is LockVerdict {
  return typeof attempt === 'object' && attempt !== null && 'lock' in attempt
}

/** Opens all of them, or none. */
function openAll(files: readonly LockFile[]): Lock[] | LockVerdict {
  const locks: Lock[] = []
  for (const [index, file] of files.entries()) {
    const lock = openNext(file, locks)
    if (lock === undefined) return { lock: 'held', index }
    locks.push(lock)
  }
  return locks
}

/** Opens one more; without it, those before it are closed. */
function openNext(file: LockFile, others: Lock[]): Lock | undefined {
  let lock: Lock | undefined
  try {
    lock = file.open()
    return lock
  } finally {
    if (lock === undefined) for (const { fd } of others) closeSync(fd)
  }
}
