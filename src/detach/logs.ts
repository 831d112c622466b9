import { closeSync, constants, fstatSync } from 'node:fs'
import { InvalidOptionError } from '../errors.ts'
import { openOrCreate } from '../system/unix.ts'

/** A log as the launcher has it. */
interface Log {
  fd: number
  path: string
  created: boolean
  /** How long it was before the daemon wrote to it. */
  size: number
}

/** Where a daemon's output goes. */
export interface Logs {
  stdout: Log
  stderr: Log
}

/**
 * Opens the logs for appending, those that are new with mode 0640.
 * @throws {InvalidOptionError} that names the option, the path and the cause.
 */
export function openLogs({ stdout, stderr }: { stdout: string; stderr: string }): Logs {
  return { stdout: openLog('stdout', stdout), stderr: openLog('stderr', stderr) }
}

/** Closes them; the daemon has its own. */
export function closeLogs({ stdout, stderr }: Logs): void {
  for (const { fd } of [stdout, stderr]) closeSync(fd)
}

/** Opens a log. */
function openLog(option: 'stdout' | 'stderr', path: string): Log {
  try {
    const { fd, created } = openOrCreate(path, constants.O_WRONLY | constants.O_APPEND, 0o640)
    return { fd, path, created, size: fstatSync(fd).size }
  } catch (error) {
    throw new InvalidOptionError(option, path, `${option}: can't open '${path}': ${(error as Error).message}`, error)
  }
}
