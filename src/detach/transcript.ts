import { randomUUID } from 'node:crypto'
import { constants, openSync, unlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** O_TMPFILE of Linux, without O_DIRECTORY, whose value differs between processors. */
const temporaryFile = 0o20000000

/**
 * Opens the nameless file that takes what the daemon prints before it reaches the call: the launcher has printed that
 * already, but it is needed when the daemon fails. /dev/null where no file can be had: then there are no last lines.
 */
export function openTranscript(folder: string = tmpdir()): number {
  for (const open of [openNameless, openAndUnlink]) {
    try {
      return open(folder)
    } catch {
      // The next way, then.
    }
  }
  return openSync('/dev/null', 'r+')
}

/** Linux, on most file systems: a file that never has a name, so that no death can leave it behind. */
function openNameless(folder: string): number {
  if (process.platform !== 'linux') throw new Error('Linux only')
  const flags = temporaryFile | constants.O_DIRECTORY | constants.O_RDWR | constants.O_APPEND
  return openSync(folder, flags, 0o600)
}

/** Elsewhere: a file whose name is taken back at once. */
function openAndUnlink(folder: string): number {
  const path = join(folder, `daemonic-${randomUUID()}`)
  const fd = openSync(path, 'ax+', 0o600)
  unlinkSync(path)
  return fd
}
