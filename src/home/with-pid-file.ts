import { AlreadyRunningError } from '../errors.ts'
import { openPidFile, type PidFile } from './pid-file.ts'

/** What came of a start: ready, or why the pid file was not to be had: it is locked, or no longer where it was opened. */
export type StartAttempt = 'ready' | 'locked' | 'replaced'

/**
 * Starts something under the lock of a pid file. A file that its last owner removed meanwhile is opened anew; a lock
 * whose holder is starting or leaving, so that its pid is not known, is tried again until the deadline.
 * @throws {AlreadyRunningError} with the pid of the process that holds the lock.
 */
export async function withPidFile(
  path: string,
  deadline: number,
  start: (pidFile: PidFile) => Promise<StartAttempt>,
): Promise<void> {
  for (;;) {
    const pidFile = openPidFile(path)
    const attempt = pidFile === undefined ? 'locked' : await start(pidFile)
    if (attempt === 'ready') return
    if (attempt === 'replaced') continue
    const { findHolder } = await import('./find-holder.ts')
    const pid = await findHolder(path)
    if (pid !== undefined || performance.now() > deadline) throw new AlreadyRunningError(path, pid)
  }
}
