import { closeSync, constants, ftruncateSync } from 'node:fs'
import type { Birth } from '../../detach/boot/birth.cts'
import { openOrCreate } from '../../system/open-file.cjs'
import { alivePath, writeBeat } from '../alive-page.cjs'

/** What the daemon has to know. */
export interface Watchdog {
  folder: string
  /** For how long it may be silent, in milliseconds. */
  interval: number
  /** Is the daemon a command, that touches the file? Then it finds it there, and empty. */
  isCommand: boolean
}

/** How many times within the interval it is said at least: one of them may come late. */
const times = 3

/**
 * As a prelude: says that this daemon is alive, while its event loop turns, until its code says so itself. The file stays open: it can be
 * written also by who gave up root since, and on a full disk.
 */
export function run(birth: Birth, { folder, interval, isCommand }: Watchdog): void {
  birth.line.enter('watchdog')
  const { fd } = openOrCreate(alivePath(folder), constants.O_RDWR | constants.O_NOFOLLOW, 0o600)
  if (isCommand) {
    ftruncateSync(fd, 0)
    closeSync(fd)
    return
  }
  writeBeat(fd, 'loop')
  const timer = setInterval(() => tryWrite(fd, 'loop'), interval / times).unref()
  let said = Number.NEGATIVE_INFINITY
  birth.alive = () => {
    clearInterval(timer)
    const now = process.uptime() * 1000
    // Whoever says it all the time shall not write all the time.
    if (now - said < interval / (times * 4)) return
    said = now
    tryWrite(fd, 'code')
  }
}

/** Says it. Nobody is told when that fails: the keeper will see it. */
function tryWrite(fd: number, speaker: 'loop' | 'code'): void {
  try {
    writeBeat(fd, speaker)
  } catch {
    // See above.
  }
}
