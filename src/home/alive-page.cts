// By what a daemon says that it is alive: a short file in its folder, that is written in place. A module's says when it was alive last, by
// the clock that is the same for all processes; a command touches the file, whatever is in it.
import { closeSync, constants, fstatSync, openSync, readSync, writeSync } from 'node:fs'

/** Who says it: the event loop, while it turns, or the daemon's own code. */
export type Speaker = 'loop' | 'code'

/** What was seen. `at`: when it was alive, in milliseconds of the clock in system/clock.cts; without, `mark` is another when it was. */
export type Beat = { speaker: Speaker; at: number } | { speaker: 'touch'; mark: string }

/** The path of the file. */
export function alivePath(folder: string): string {
  return `${folder}/alive`
}

/** Writes that the daemon is alive now. One short write is seen whole, or not at all. */
export function writeBeat(fd: number, speaker: Speaker): void {
  const [seconds, nanoseconds] = process.hrtime()
  writeSync(fd, `alive ${speaker} ${seconds}.${String(nanoseconds).padStart(9, '0')}`.padEnd(63).concat('\n'), 0)
}

const room = Buffer.alloc(64)

/** Reads when the daemon was alive; nothing when there is no such file. */
export function readBeat(folder: string): Beat | undefined {
  let fd: number | undefined
  try {
    fd = openSync(alivePath(folder), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const text = room.toString('latin1', 0, readSync(fd, room, 0, room.length, 0))
    const [, speaker, seconds, nanoseconds] = /^alive (loop|code) (\d+)\.(\d{9}) *\n$/.exec(text) ?? []
    if (speaker !== undefined)
      return { speaker: speaker as Speaker, at: Number(seconds) * 1000 + Number(nanoseconds) / 1e6 }
    const { ino, size, mtimeNs, ctimeNs } = fstatSync(fd, { bigint: true })
    return { speaker: 'touch', mark: `${ino} ${size} ${mtimeNs} ${ctimeNs}` }
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}
