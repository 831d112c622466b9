import { isSessionVariable } from '../detach/rerun.ts'
import type { ProcessFacts } from '../system/process-facts.ts'
import { describe, lookAtAppend, lookAtDescriptors, lookAtOutput, standard } from './look-at-descriptors.ts'

/** One thing that daemon(7) asks for and that shows from outside. */
export interface Check {
  name: string
  /** Why it matters, in one line. */
  why: string
  look(facts: ProcessFacts): { ok: boolean; seen: string }
}

/** Processes that adopt orphans besides process 1: a subreaper can't be told from outside, but by its name. */
const reapers = ['systemd', 'init']

/** Is this a process that reaps orphans? */
function isReaper(pid: number, name: string): boolean {
  return pid === 1 || reapers.includes(name)
}

/** Signals that language runtimes ignore on purpose, to get an error from write(2) instead. */
const runtimeIgnores = ['PIPE', 'XFSZ']

/** All checks, in the order of daemon(7). */
export const checks: readonly Check[] = [
  {
    name: 'parent',
    why: 'an orphan is reaped by init, and nobody’s end takes it along',
    look: ({ parent, parentName, waiterParent }) => ({
      ok: isReaper(parent, parentName) || (waiterParent !== undefined && isReaper(waiterParent.pid, waiterParent.name)),
      seen: `${parent} ${waiterParent === undefined ? parentName && `(${parentName})` : '(the orphan that waits for its end)'}`.trim(),
    }),
  },
  {
    name: 'session',
    why: 'signals of somebody else’s session (logout, Ctrl-C) do not reach it',
    look: ({ session, isLedByOther }) => ({
      ok: !isLedByOther,
      seen: isLedByOther ? `${session}, which another process leads` : `${session}, of its own`,
    }),
  },
  {
    name: 'leader',
    why: 'only a session leader can be given a terminal by opening one',
    look: ({ pid, session }) => ({
      ok: pid !== session,
      seen: pid === session ? 'leads its session' : 'leads no session',
    }),
  },
  {
    name: 'terminal',
    why: 'closing the terminal would hang it up',
    look: ({ terminal }) => ({ ok: terminal === undefined, seen: terminal ?? 'none' }),
  },
  {
    name: 'stdin',
    why: 'it never waits for input, and never takes anybody’s',
    look: (facts) => ({ ok: standard(facts, 0)?.target === '/dev/null', seen: describe(standard(facts, 0)) }),
  },
  {
    name: 'stdout',
    why: 'nobody waits for its end, and nobody’s end stops it',
    look: (facts) => lookAtOutput(facts, 1),
  },
  {
    name: 'stderr',
    why: 'nobody waits for its end, and nobody’s end stops it',
    look: (facts) => lookAtOutput(facts, 2),
  },
  { name: 'append', why: 'writers do not overwrite each other, and the log can be truncated', look: lookAtAppend },
  {
    name: 'descriptors',
    why: 'what is not close-on-exec was inherited, or leaks to every child',
    look: lookAtDescriptors,
  },
  {
    name: 'umask',
    why: 'the modes that it gives to open(2) are the modes that files get',
    look: ({ umask }) => ({ ok: Number(umask) === 0, seen: umask }),
  },
  {
    name: 'directory',
    why: 'relative paths lead somewhere (and none but / never keeps a disk busy)',
    look: ({ directory }) => ({ ok: !directory.endsWith(' (deleted)'), seen: directory }),
  },
  {
    name: 'ignored',
    why: 'whoever started it ignored them, and its children inherit that; runtimes ignore PIPE and XFSZ',
    look: ({ ignored }) => ({ ok: ignored.every((name) => runtimeIgnores.includes(name)), seen: list(ignored) }),
  },
  {
    name: 'blocked',
    why: 'a blocked signal never arrives',
    look: ({ blocked }) => ({ ok: blocked.length === 0, seen: list(blocked) }),
  },
  { name: 'caught', why: 'SIGTERM must end it, or be told to it', look: lookAtTerm },
  {
    name: 'environment',
    why: 'these describe a terminal, a login or an npm script that is gone',
    look: lookAtEnvironment,
  },
  {
    name: 'identity',
    why: 'a real, effective or saved id that differs can be taken back',
    look: ({ uids, gids }) => ({
      ok: new Set(uids).size === 1 && new Set(gids).size === 1,
      seen: `uid ${[...new Set(uids)].join('/')}, gid ${[...new Set(gids)].join('/')}`,
    }),
  },
  {
    name: 'groups',
    why: 'who is not root is in none of root’s groups',
    look: ({ uids, gids, groups }) => ({
      ok: uids.includes(0) || ![...gids, ...groups].includes(0),
      seen: list(groups.map(String)),
    }),
  },
  { name: 'limits', why: 'a limit on processor time or file size ends it one day', look: lookAtLimits },
]

/** SIGTERM is neither ignored nor blocked. */
function lookAtTerm({ ignored, blocked, caught }: ProcessFacts): { ok: boolean; seen: string } {
  const ok = !ignored.includes('TERM') && !blocked.includes('TERM')
  return { ok, seen: ok ? list(caught) : 'TERM has no effect' }
}

/** No variable is left of a terminal session or of npm. Values are never shown. */
function lookAtEnvironment({ variables }: ProcessFacts): { ok: boolean; seen: string } {
  const left = variables.filter(isSessionVariable)
  const ofNpm = left.filter((name) => name.startsWith('npm_'))
  const others = left.filter((name) => !ofNpm.includes(name))
  const named = ofNpm.length > 1 ? [...others, `npm_* (${ofNpm.length})`] : left
  return { ok: left.length === 0, seen: left.length === 0 ? `${variables.length} variables` : named.join(', ') }
}

/** Nothing that is used up over a long life is limited. */
function lookAtLimits({ limits }: ProcessFacts): { ok: boolean; seen: string } {
  const used = ['Max cpu time', 'Max file size'].filter((name) => limits[name] !== 'unlimited')
  const seen = `nofile ${limits['Max open files']}, core ${limits['Max core file size']}`
  return {
    ok: used.length === 0,
    seen: used.length === 0 ? seen : used.map((name) => `${name}: ${limits[name]}`).join(', '),
  }
}

/** A list as text. */
function list(words: string[]): string {
  return words.length === 0 ? 'none' : words.join(' ')
}
