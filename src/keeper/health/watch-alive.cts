import { closeSync, openSync, readSync } from 'node:fs'
import { type Beat, readBeat } from '../../home/alive-page.cjs'
import { now } from '../../system/clock.cjs'
import { showTime } from './show.cjs'
import { every, once } from './ticks.cjs'
import type { Watched } from './types.ts'
import type { Report } from './watch-health.cts'

/** What a daemon does not do that is silent. */
const reasons: Record<Beat['speaker'], string> = {
  loop: 'its event loop hangs',
  code: 'it does not call alive()',
  touch: 'it does not touch the file in DAEMONIC_ALIVE_FILE',
}

/**
 * Watches whether a daemon says that it is alive: by one look in each interval, and one more when it was silent for more than half of it.
 * So a daemon that hangs is found between one and one and a half intervals later.
 */
export function watchAlive(interval: number, { folder, pid }: Watched, report: Report): () => void {
  let beat = readBeat(folder)
  // Whoever begins to watch gives it a whole interval first.
  let aliveAt = now()
  let stopOnce = (): void => {}
  const look = (late: number): void => {
    stopOnce()
    const next = readBeat(folder)
    if (next !== undefined) aliveAt = Math.max(aliveAt, timeOf(next, beat))
    beat = next
    // Who was stopped himself does not know whether the daemon was, too.
    if (late > interval / 2) aliveAt = Math.max(aliveAt, now() - interval / 2)
    const left = aliveAt + interval - now()
    if (left <= 0) report(`it did not say that it is alive for ${showTime(interval)} (${reasonOf(beat, pid)})`)
    else if (left < interval / 2) stopOnce = once(now() + left, look)
  }
  const stop = every(interval, look)
  return () => {
    stop()
    stopOnce()
  }
}

/** When it was alive: as it says, or now, if it has touched the file since the last look. */
function timeOf(beat: Beat, last: Beat | undefined): number {
  if (beat.speaker !== 'touch') return Math.min(beat.at, now())
  const isNew = last?.speaker !== 'touch' || last.mark !== beat.mark
  return isNew ? now() : 0
}

/** Why it is silent, as far as that can be seen. */
function reasonOf(beat: Beat | undefined, pid: number): string {
  if (isStopped(pid)) return 'it is stopped by a signal, or by a debugger'
  return beat === undefined ? `the file by which it says so is gone` : reasons[beat.speaker]
}

/** Is a process stopped? */
function isStopped(pid: number): boolean {
  if (process.platform !== 'linux') return false
  let fd: number | undefined
  try {
    fd = openSync(`/proc/${pid}/stat`, 'r')
    const room = Buffer.alloc(512)
    const stat = room.toString('latin1', 0, readSync(fd, room))
    return /^[tT]$/.test(stat.charAt(stat.lastIndexOf(')') + 2))
  } catch {
    return false
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
