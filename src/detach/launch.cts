// The first fork, the second, and what passes through them, in one file: it is on the way to the user's first line, where
// each file costs every start about half a millisecond.
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import type { UlimitCall } from '../options/types.ts'
import type { OpenDescriptor } from '../system/inherited.cts'
import { type BirthEnvironment, birthEnvironment } from './birth-environment.cjs'

/** How a trampoline ended; `error` when there never was one. */
export interface TrampolineEnd {
  code: number | null
  signal: string | null
  error?: unknown
}

/** A lock that was not to be had: another process holds it, or its path leads to another file by now. */
export interface LockVerdict {
  lock: 'held' | 'replaced'
  /** Which of the locks. */
  index: number
}

/** Reads in the end of a trampoline which lock it was refused; nothing when that was not it. */
export function refusedLock({ code }: TrampolineEnd): LockVerdict | undefined {
  if (code === null || code < 75 || code > 78) return undefined
  return { lock: code % 2 === 1 ? 'held' : 'replaced', index: code < 77 ? 0 : 1 }
}

/** An open file that is to be locked and handed over; it is closed here. */
export interface Lock {
  fd: number
  path: string
  /** Is it locked already, because opening did that? */
  locked: boolean
}

export interface LaunchRequest {
  /** What the daemon runs: Node and its arguments. */
  command: readonly string[]
  /** The daemon's environment; undefined for this process's own, cleaned. */
  env: NodeJS.Dict<string> | undefined
  /** The value of DAEMONIC_INSTANCE in its environment, by which all that descends from it is found; undefined for none. */
  instance: string | undefined
  limits: readonly UlimitCall[]
  preserveFds: readonly number[]
  /** A descriptor of the daemon's on which it says that it is ready. */
  notifyFd: number | undefined
  /** Where standard output and error go from the start. */
  stdout: number
  stderr: number
  /** Open descriptors to hand over, by name. */
  handed: Readonly<Record<string, number>>
  locks: readonly Lock[]
  /** Is what Node runs ours, so that the user's NODE_OPTIONS are kept for later? */
  runsOurs: boolean
  /** Stay this process's child, instead of becoming an orphan? */
  foreground: boolean
  /** Does a shell stay to wait for its end? What it writes of the life, besides the exit code; `handed` has `life` and `exit` then. */
  waiter?: string | undefined
}

export interface Launched {
  /** The trampoline's pid: the id of the daemon's session and process group. */
  session: number | undefined
  /** To the daemon; undefined when the system refused even that. */
  channel: Duplex | undefined
  /** The other end of `notifyFd`. */
  notify: Duplex | undefined
  trampoline: Promise<TrampolineEnd>
  /** What the message to the daemon is made of. */
  stdio: Source[]
  /** Descriptors that lead nowhere, for the daemon to close: a waiter shall not hold what they led to. */
  covered: OpenDescriptor[]
  birth: BirthEnvironment
  /** The numbers at which the daemon finds what was handed over, by name; locks as `lock0` and on, in their order. */
  at: Readonly<Record<string, number>>
}

/** Starts a daemon through the trampoline. It boots, and waits for its message: see tell(). */
export function launch(request: LaunchRequest): Launched {
  const { stdout, stderr, handed, locks, preserveFds, notifyFd } = request
  const lockFds = Object.fromEntries(locks.map(({ fd }, index) => [`lock${index}`, fd]))
  const plan = planDescriptors(
    ['ignore', stdout, stderr],
    { channel: 'pipe', ...handed, ...lockFds },
    preserveFds,
    notifyFd,
  )
  const birth = birthEnvironment(request.env, plan.at['channel'] as number, request.instance, request.runsOurs)
  const cover = request.waiter === undefined ? undefined : coverInherited(plan)
  const child = spawnTrampoline(request, { ...plan, stdio: cover?.stdio ?? plan.stdio }, birth.env)
  if (cover !== undefined) closeSync(cover.fd)
  const streamAt = (fd: number | undefined): Duplex | undefined => {
    const stream = fd === undefined ? undefined : (child.stdio?.[fd] as Duplex | undefined)
    // That nobody reads it any more shows in its end.
    return stream?.on('error', () => {})
  }
  return {
    session: child.pid,
    channel: streamAt(plan.at['channel']),
    notify: streamAt(notifyFd),
    trampoline: ended(child),
    stdio: plan.stdio,
    covered: cover?.covered ?? [],
    birth,
    at: plan.at,
  }
}

/** Starts the trampoline. A lock belongs to all who hold the open file: from here on to the daemon alone. */
function spawnTrampoline(
  { locks, limits, command, foreground, waiter }: LaunchRequest,
  plan: Plan,
  env: Environment,
): ChildProcess {
  try {
    const places = locks.map((lock, index) => ({ ...lock, fd: plan.at[`lock${index}`] as number }))
    const { life, exit } = plan.at
    const mode = waiter === undefined ? ['background'] : ['kept', String(life), String(exit), waiter]
    const args = trampolineArguments(foreground ? ['foreground'] : mode, places, limits, command)
    return spawn('/bin/sh', args, { detached: true, env, stdio: plan.stdio })
  } finally {
    for (const { fd } of locks) closeSync(fd)
  }
}

/** Has what came from whoever started this program lead to nowhere: a shell closes no descriptor above 9. */
function coverInherited({ stdio }: Plan): { fd: number; stdio: Source[]; covered: OpenDescriptor[] } {
  const { inheritedDescriptors } = require('../system/inherited.cjs') as typeof import('../system/inherited.cts')
  const fd = openSync('/dev/null', 'r+')
  const { dev, ino } = fstatSync(fd, { bigint: true })
  const covering = [...stdio]
  const inherited = inheritedDescriptors().filter((one) => (stdio[one.fd] ?? 'ignore') === 'ignore')
  for (const one of inherited) covering[one.fd] = fd
  const covered = inherited.map((one) => ({ fd: one.fd, dev: String(dev), ino: String(ino) }))
  return { fd, stdio: Array.from(covering, (source) => source ?? 'ignore'), covered }
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
 * that it opens can become its own. In the foreground, the shell becomes the daemon instead.
 *
 * The script is constant. What a user gives is only ever a positional parameter: the mode; locks as (descriptor,
 * path); `--`; limits as (flag, other flag, value); `--`; the command. Exit codes: 75 when the first lock is held by
 * another, 76 when its path leads to another file now, 77 and 78 for the second; 69 without flock(1); 100 and on for the limits.
 * busybox and bash add SHLVL to the environment, bash adds _ as well: they would look like a terminal's.
 *
 * A kept daemon has a waiter: a shell between it and init, which leaves everything to it but two descriptors (numbers of
 * ours, so that they may be part of what is evaluated): the one whose closing tells of the end, and the one that it writes the end to.
 */
const trampoline = `
mode=$1 code=75
shift
[ "$mode" != kept ] || { life=$1 exit=$2 name=$3; shift 3; }
while [ "$1" != -- ]; do
  PATH="$PATH:/usr/bin:/bin" flock -n "$1"
  case $? in 0) ;; 1) exit $code ;; *) exit 69 ;; esac
  [ "$2" -ef "/dev/fd/$1" ] || exit $((code + 1))
  : >"/dev/fd/$1"
  code=$((code + 2))
  shift 2
done
shift
limit=100
while [ "$1" != -- ]; do
  ulimit "$1" "$3" 2>/dev/null || ulimit "$2" "$3" || exit $limit
  limit=$((limit + 1))
  shift 3
done
shift
unset SHLVL OLDPWD
case $mode in
foreground) exec \${BASH_VERSION:+/usr/bin/env -u SHLVL -u _} "$@" ;;
background) \${BASH_VERSION:+/usr/bin/env -u SHLVL -u _} "$@" & ;;
kept) {
    eval '\${BASH_VERSION:+/usr/bin/env -u SHLVL -u _} "$@" '"$life>&- $exit>&- &"
    trap '' HUP INT QUIT TERM USR1 USR2
    exec </dev/null >/dev/null 2>&1
    for fd in 3 4 5 6 7 8 9; do
      [ $fd = $life ] || [ $fd = $exit ] || eval "exec $fd>&-"
    done
    wait "$!"
    eval 'echo "$? $name" '">&$exit"
  } & ;;
esac
`

/** Makes the trampoline's parameters. */
function trampolineArguments(
  mode: readonly string[],
  locks: readonly Lock[],
  limits: readonly UlimitCall[],
  command: readonly string[],
): string[] {
  const lockArguments = locks.filter(({ locked }) => !locked).flatMap(({ fd, path }) => [String(fd), path])
  const limitArguments = limits.flatMap(({ flag, otherFlag, value }) => [flag, otherFlag, value])
  return ['-c', trampoline, 'daemonic', ...mode, ...lockArguments, '--', ...limitArguments, '--', ...command]
}

type Environment = Record<string, string>

/** A descriptor, or what Node makes one from. */
type Source = number | 'pipe' | 'ignore'

interface Plan {
  /** For the `stdio` of spawn(). */
  stdio: Source[]
  /** The numbers at which the daemon finds ours. */
  at: Record<string, number>
}

/**
 * Gives each of ours the lowest number from 3 on that the user does not want for his own, and keeps those in their places.
 * The channel is at 3, unless the user has a 3 of his own.
 */
function planDescriptors(
  standard: readonly [Source, Source, Source],
  ours: Readonly<Record<string, Source>>,
  keep: readonly number[],
  notifyFd: number | undefined,
): Plan {
  const stdio: Source[] = [...standard]
  for (const fd of keep) stdio[fd] = fd
  if (notifyFd !== undefined) stdio[notifyFd] = 'pipe'
  const at: Record<string, number> = {}
  for (const [name, source] of Object.entries(ours)) {
    const fd = firstFree(stdio)
    stdio[fd] = source
    at[name] = fd
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
