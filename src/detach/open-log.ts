import { constants, fstatSync } from 'node:fs'
import { InvalidOptionError } from '../errors.ts'
import { openOrCreate } from '../system/open-or-create.ts'

/** A log as the launcher has it. */
export interface Log {
  fd: number
  path: string
  created: boolean
  /** How long it was before the daemon wrote to it. */
  size: number
}

/**
 * Opens a log for appending; a new one gets mode 0640.
 * @throws {InvalidOptionError} that names the option, the path and the cause.
 */
export function openLog(option: 'stdout' | 'stderr', path: string): Log {
  try {
    const { fd, created } = openOrCreate(path, constants.O_WRONLY | constants.O_APPEND, 0o640)
    return { fd, path, created, size: fstatSync(fd).size }
  } catch (error) {
    throw new InvalidOptionError(option, path, `${option}: can't open '${path}': ${(error as Error).message}`, error)
  }
}
