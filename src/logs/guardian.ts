import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { searchPath } from '../system/file-lock.ts'
import { nameOf } from './collapse.ts'
import { journalOf, nextJournalOf } from './journal.ts'
import type { RotatingLog } from './open-rotating.ts'
import { copyPath } from './recover.ts'
import { rotatedPath } from './rotated-files.ts'

/** Who lets the stopped writers go on, whatever becomes of us. */
export interface Guardian {
  /** Has it know of a process that will be stopped. */
  willStop(pid: number): Promise<void>
  /** Has it cut the log, write the unfinished line there again, and note that; false when the time is over, or it could not. */
  cut(rest: number): Promise<boolean>
  /** Has it let all go on, and waits for its end. */
  end(): Promise<void>
}

/** How long writers may be stopped at the very most, in seconds. */
const most = '2'

/**
 * A process of its own, which hears of our death by the end of its input. What it is told to do, and that the time is over, come to it by
 * one pipe, one after the other: so it never cuts a log whose writers it has let go on. 3 is the log, by which it has the lock; $2 to $5
 * are files in the working directory. Who is told that the cut is made may be dead by then: SIGPIPE must not end this before all go on. `: >` opens the log anew, by its descriptor, and empties it.
 */
const script = `
trap '' PIPE
{
  (exec 3<&-; trap 'kill $sleep; exit' TERM; sleep "$1" >/dev/null & sleep=$!; wait $sleep && echo late) & clock=$!
  cat
  kill $clock; echo end
} 2>/dev/null | {
  pids= isOver=
  goOn() { [ -z "$pids" ] || kill -CONT $pids; pids=; }
  while read -r word value; do
    case $word in
      stop) pids="$pids $value" ;;
      cut) [ -z "$isOver" ] && : >/proc/self/fd/3 && { [ "$value" = 0 ] || cat <&4 >>/proc/self/fd/3; } &&
        { goOn; mv -f "$2" "$3" && mv -f "$4" "$5"; } && echo cut || echo failed ;;
      *) isOver=1; goOn ;;
    esac
    [ "$word" != end ] || exit 0
  done
} 2>/dev/null`

/** Starts it. @param rest the file of the unfinished line. */
export function startGuardian({ path, file, folder }: RotatingLog, sequence: number, rest: number): Guardian {
  const names = [copyPath(path, sequence), rotatedPath(path, sequence), nextJournalOf(path), journalOf(path)]
  const child = spawn('/bin/sh', ['-c', script, 'daemonic', most, ...names.map(nameOf)], {
    cwd: `/proc/self/fd/${folder.fd}`,
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore', file.fd, rest],
    env: { PATH: searchPath() },
  }) as ChildProcessByStdio<Writable, Readable, null>
  const over = new Promise<void>((resolve) => {
    child.once('close', resolve)
    child.once('error', () => resolve())
  })
  child.stdin.on('error', () => {})
  const tell = (line: string): Promise<void> =>
    new Promise((resolve, reject) => child.stdin.write(`${line}\n`, (error) => (error ? reject(error) : resolve())))
  return {
    willStop: (pid) => tell(`stop ${pid}`),
    cut: async (size) => {
      const answer = new Promise<string>((resolve) => {
        child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString()))
        child.stdout.once('end', () => resolve(''))
      })
      await tell(`cut ${size}`)
      return (await answer) === 'cut\n'
    },
    end: () => {
      child.stdin.end()
      return over
    },
  }
}
