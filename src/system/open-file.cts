// CommonJS, because clients of services start daemons with it, and load no module for that.
import { constants, fchmodSync, openSync } from 'node:fs'

export interface OpenedFile {
  fd: number
  /** Did this call create it? */
  created: boolean
}

/**
 * Opens a file, or creates it with exactly this mode, whatever the umask.
 * Never waits: a FIFO that nobody reads is an error (ENXIO), not a hang.
 */
export function openOrCreate(path: string, flags: number, mode: number): OpenedFile {
  const quiet = flags | constants.O_NONBLOCK | constants.O_NOCTTY
  const existing = tryOpen(path, quiet, mode, 'ENOENT')
  if (existing !== undefined) return { fd: existing, created: false }
  // Exclusively: if somebody creates it now, the mode is his. What is there, but not open, is a link that leads nowhere yet.
  const fd = tryOpen(path, quiet | constants.O_CREAT | constants.O_EXCL, mode, 'EEXIST')
  const made = fd ?? openSync(path, quiet | constants.O_CREAT, mode)
  fchmodSync(made, mode)
  return { fd: made, created: true }
}

/** Opens a file; the one error that is expected is nothing. */
function tryOpen(path: string, flags: number, mode: number, expected: string): number | undefined {
  try {
    return openSync(path, flags, mode)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === expected) return undefined
    throw error
  }
}

/**
 * How a file is locked for the life of those who hold its open file description (flock(2)).
 * Linux: by flock(1) in the trampoline, on the descriptor that the daemon inherits.
 * macOS has no flock(1), but open(2) takes the lock at once: O_EXLOCK | O_NONBLOCK.
 */
export const exclusiveOpenFlag: number = process.platform === 'darwin' ? 0x20 : 0

/** Does opening take the lock already? */
export const opensLocked: boolean = exclusiveOpenFlag !== 0
