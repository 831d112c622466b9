// The first fork, the second, and what passes through them, in one file: it is on the way to the user's first line, where
// each file costs every start about half a millisecond.
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import type { UlimitCall } from '../options/types.ts'
import { type BirthEnvironment, birthEnvironment } from './rerun.ts'

/** How a trampoline ended; `error` when there never was one. */
export interface TrampolineEnd {
  code: number | null
  signal: string | null
  error?: unknown
}

export interface LaunchRequest {
  /** What the daemon runs: Node and its arguments. */
  command: readonly string[]
  /** The daemon's environment; undefined for this process's own, cleaned. */
  env: NodeJS.Dict<string> | undefined
  limits: readonly UlimitCall[]
  preserveFds: readonly number[]
  /** Where standard output and error go until the daemon changes that. */
  transcript: number
  /** Open logs to hand over. */
  stdout: number
  stderr: number
  /** An open pid file, to be locked and handed over; it is closed here. */
  pidFile: { fd: number; path: string; locked: boolean } | undefined
}

export interface Launched {
  /** The trampoline's pid: the id of the daemon's session and process group. */
  session: number | undefined
  /** To the daemon; undefined when the system refused even that. */
  channel: Duplex | undefined
  trampoline: Promise<TrampolineEnd>
  /** What the message to the daemon is made of. */
  plan: DescriptorPlan
  birth: BirthEnvironment
  lock: { fd: number; path: string } | null
}

/** Starts a daemon through the trampoline. It boots, and waits for its message: see tell(). */
export function launch(request: LaunchRequest): Launched {
  const { transcript, stdout, stderr, pidFile } = request
  const plan = planDescriptors(
    ['ignore', transcript, transcript],
    { channel: 'pipe', stdout, stderr, lock: pidFile?.fd },
    request.preserveFds,
  )
  const lock = pidFile && plan.at.lock !== undefined ? { fd: plan.at.lock, path: pidFile.path } : null
  const birth = birthEnvironment(request.env, plan.at.channel)
  const child = spawnTrampoline(request, lock, birth.env, plan.stdio)
  const channel = child.stdio?.[plan.at.channel] as Duplex | undefined
  // That nobody reads it any more shows in its end.
  channel?.on('error', () => {})
  return { session: child.pid, channel, trampoline: ended(child), plan, birth, lock }
}

/** Starts the trampoline. The lock belongs to all who hold the open file: from here on to the daemon alone. */
function spawnTrampoline(
  { pidFile, limits, command }: LaunchRequest,
  lock: { fd: number; path: string } | null,
  env: Record<string, string>,
  stdio: StdioOptions,
): ChildProcess {
  try {
    const lockLater = pidFile?.locked === true ? null : lock
    return spawn('/bin/sh', trampolineArguments(lockLater, limits, command), { detached: true, env, stdio })
  } finally {
    if (pidFile !== undefined) closeSync(pidFile.fd)
  }
}

/** Waits for the end of the trampoline. */
function ended(child: ChildProcess): Launched['trampoline'] {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }))
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
}

/**
 * The second fork. spawn() with `detached` did the first and setsid(2): the shell leads the new session. It locks, limits,
 * starts the daemon with `&`, and ends: the daemon's parent is init now, and it leads no session, so that no terminal
 * that it opens can become its own.
 *
 * The script is constant. What a user gives is only ever a positional parameter: lock descriptor and path ('' for none),
 * then limits as (flag, other flag, value), then `--`, then the command.
 * busybox and bash add SHLVL to the environment, bash adds _ as well: they would look like a terminal's.
 */
const trampoline = `
lock=$1 path=$2
shift 2
if [ -n "$lock" ]; then
  PATH="$PATH:/usr/bin:/bin" flock -n "$lock"
  case $? in 0) ;; 1) exit 75 ;; *) exit 69 ;; esac
  [ "$path" -ef "/dev/fd/$lock" ] || exit 76
  : >"/dev/fd/$lock"
fi
limit=100
while [ "$1" != -- ]; do
  ulimit "$1" "$3" 2>/dev/null || ulimit "$2" "$3" || exit $limit
  limit=$((limit + 1))
  shift 3
done
shift
unset SHLVL OLDPWD
\${BASH_VERSION:+/usr/bin/env -u SHLVL -u _} "$@" &
`

/** Makes the trampoline's parameters. */
function trampolineArguments(
  lock: { fd: number; path: string } | null,
  limits: readonly UlimitCall[],
  command: readonly string[],
): string[] {
  const limitArguments = limits.flatMap(({ flag, otherFlag, value }) => [flag, otherFlag, value])
  return ['-c', trampoline, 'daemonic', String(lock?.fd ?? ''), lock?.path ?? '', ...limitArguments, '--', ...command]
}

/** A descriptor, or what Node makes one from. */
type Source = number | 'pipe' | 'ignore'

/** What of ours the daemon needs a descriptor for. */
interface Ours<Value, NoValue = never> {
  channel: Value
  stdout: Value
  stderr: Value
  lock: Value | NoValue
}

interface DescriptorPlan {
  /** For the `stdio` of spawn(). */
  stdio: Source[]
  /** The numbers at which the daemon finds ours. */
  at: Ours<number, undefined>
}

/**
 * Gives each of ours the lowest number from 3 on that the user does not want kept, and keeps those in their places.
 * The channel is at 3, unless the user keeps a 3 of his own.
 */
function planDescriptors(
  standard: readonly [Source, Source, Source],
  ours: Ours<Source, undefined>,
  keep: readonly number[],
): DescriptorPlan {
  const stdio: Source[] = [...standard]
  for (const fd of keep) stdio[fd] = fd
  const place = (source: Source): number => {
    const fd = firstFree(stdio)
    stdio[fd] = source
    return fd
  }
  const at = {
    channel: place(ours.channel),
    stdout: place(ours.stdout),
    stderr: place(ours.stderr),
    lock: ours.lock === undefined ? undefined : place(ours.lock),
  }
  // Above 2, 'ignore' opens nothing: the numbers between stay free.
  return { stdio: Array.from(stdio, (source) => source ?? 'ignore'), at }
}

/** The lowest number that nothing is planned for. */
function firstFree(stdio: Source[]): number {
  let fd = 0
  while (stdio[fd] !== undefined) fd += 1
  return fd
}
