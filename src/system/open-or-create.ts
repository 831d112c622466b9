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
  const existing = (): number | undefined => tryOpen(path, quiet, mode, 'ENOENT')
  const created = tryOpen(path, quiet | constants.O_CREAT | constants.O_EXCL, mode, 'EEXIST')
  const fd = created ?? existing()
  if (created === undefined && fd !== undefined) return { fd, created: false }
  // Neither new nor there: a link that leads nowhere yet, or a file that was removed between the two.
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
