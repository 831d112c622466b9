import type { StartStep } from '../errors.ts'
import type { UlimitCall } from '../options/types.ts'

/**
 * The second fork. spawn() with `detached` did the first and setsid(2): the shell leads the new session. It locks, limits,
 * starts the daemon with `&`, and ends: the daemon's parent is init now, and it leads no session, so that no terminal
 * that it opens can become its own.
 *
 * The script is constant. What a user gives is only ever a positional parameter: lock descriptor and path ('' for none),
 * then limits as (flag, other flag, value), then `--`, then the command.
 * The environment of a bash that is called sh has SHLVL and _ added, which would look like a terminal's.
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
\${BASH_VERSION:+/usr/bin/env -u SHLVL -u _} "$@" &
`

/** Makes the trampoline's parameters. */
export function trampolineArguments(
  lock: { fd: number; path: string } | null,
  limits: readonly UlimitCall[],
  command: readonly string[],
): string[] {
  const limitArguments = limits.flatMap(({ flag, otherFlag, value }) => [flag, otherFlag, value])
  return ['-c', trampoline, 'daemonic', String(lock?.fd ?? ''), lock?.path ?? '', ...limitArguments, '--', ...command]
}

/** What a trampoline that started nothing says by its exit code. */
export type TrampolineVerdict = 'locked' | 'replaced' | { step: StartStep; message: string }

/** How a trampoline ended; `error` when there never was one. */
export interface TrampolineEnd {
  code: number | null
  signal: string | null
  error?: unknown
}

/** Reads how a trampoline that started nothing ended. */
export function trampolineVerdict(end: TrampolineEnd, limits: readonly UlimitCall[]): TrampolineVerdict {
  if (end.code === 75) return 'locked'
  if (end.code === 76) return 'replaced'
  if (end.code === 69) return { step: 'lock', message: 'pidFile needs the command flock (Debian: package util-linux)' }
  const limit = limits[(end.code ?? 0) - 100]
  return limit === undefined ? { step: 'trampoline', message: describeEnd(end) } : refusedLimit(limit)
}

/** Says that a limit could not be set. */
function refusedLimit({ option, asked }: UlimitCall): { step: StartStep; message: string } {
  const remedy = 'a soft limit is no higher than the hard one, and only root may raise that'
  return { step: 'limits', message: `${option}: can't be set to ${JSON.stringify(asked)}; ${remedy}` }
}

/** Says what became of the shell. */
function describeEnd({ code, signal, error }: TrampolineEnd): string {
  if (error !== undefined) return `/bin/sh, which starts the daemon, could not be started: ${(error as Error).message}`
  return `/bin/sh, which starts the daemon, ended with ${signal ?? `exit code ${code}`} before it did`
}
