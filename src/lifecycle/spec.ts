import { basename, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { InvalidOptionError } from '../errors.ts'
import type { Declared } from '../home/records.ts'
import { checkRights } from '../options/check-rights.ts'
import { completeOptions } from '../options/complete.ts'
import { readGiven } from '../options/read-given.ts'
import { invalid } from '../options/readers.ts'
import type { GivenOptions, NormalOptions, Readiness, StartOptions } from '../options/types.ts'

/** What is to be started, read and complete. */
export interface Spec {
  name: string
  kind: 'module' | 'command'
  /** The module's path and its arguments, or the command and its. */
  words: readonly [string, ...string[]]
  options: NormalOptions & { name: string }
  /** What goes into the record: the options as they were given, with absolute paths. */
  declared: Declared
}

/**
 * Reads what startDaemon() is given, or what it recorded.
 * @param folderOf the folder of a name, for the default log.
 * @throws {InvalidOptionError} that names the option.
 */
export function readSpec(start: StartOptions, folderOf: (name: string) => string): Spec {
  if (typeof start !== 'object' || start === null) throw invalid('options', start, 'an object with a name')
  const { module, command, args, ...rest } = start
  const given = readGiven(rest)
  checkRights(given)
  if (given.name === undefined) throw invalid('name', undefined, 'given: a daemon is found by it')
  const { name } = given
  const log = `${folderOf(name)}/out.log`
  const options = { ...completeOptions({ stdout: log, stderr: log, umask: 0o022, ...withoutUndefined(given) }), name }
  const kind = module === undefined ? 'command' : 'module'
  const words = readWords(start, options.workingDir)
  checkReady(options, kind)
  checkWatchdog(options, kind)
  return {
    name,
    kind,
    words,
    options,
    declared: {
      kind: given.service === undefined ? kind : 'service',
      options: declare(rest, given, options, kind, words),
      ...(options.keep ? { kept: keptPlan(options, log) } : {}),
    },
  }
}

/** How it is kept, for the keeper, which is small and reads no options. Its own log is in its folder, wherever that is. */
function keptPlan(options: NormalOptions, log: string): Declared['kept'] {
  const { restart, success, backoff, stableAfter, restartLimit, rotate, stdout, stderr } = options
  const { health, watchdog, maxMemory, maxAge } = options
  const logs = [...new Set([stdout, stderr])].filter((path) => path !== '/dev/null')
  return {
    ...{ restart, success, backoff, stableAfter, restartLimit, health, watchdog, maxMemory, maxAge },
    rotate: rotate || undefined,
    logs: logs.map((path) => (path === log ? basename(log) : path)),
    workingDir: options.workingDir,
  }
}

/** Reads the words of what is run. */
function readWords({ module, command, args = [] }: StartOptions, workingDir: string): [string, ...string[]] {
  if ((module === undefined) === (command === undefined)) {
    throw new InvalidOptionError('module', module, "Expected either 'module' or 'command' to be given")
  }
  const first = module === undefined ? readList('command', command) : [readModule(module, workingDir)]
  const [file, ...others] = [...first, ...readList('args', args)]
  if (file === undefined || file === '') throw invalid('command', command, 'at least a program')
  return [file, ...others]
}

/** Reads the path of a module. */
function readModule(module: string | URL, workingDir: string): string {
  try {
    const text = String(module)
    return text.startsWith('file:') ? fileURLToPath(text) : resolve(workingDir, text)
  } catch (error) {
    throw invalid('module', String(module), "a path, or a 'file:' URL", error)
  }
}

/** Reads a list of words. */
function readList(option: string, value: unknown): string[] {
  if (!Array.isArray(value)) throw invalid(option, value, 'an array of strings')
  const wrong = value.findIndex((word) => typeof word !== 'string' || word.includes('\0'))
  if (wrong === -1) return value
  throw invalid(`${option}[${wrong}]`, value[wrong], 'a string without NUL')
}

/** Refuses to wait for what can't come: a line in no log, and a call that a command has no way to make. */
function checkReady({ ready, stdout, stderr }: NormalOptions, kind: Spec['kind']): void {
  if (kind === 'command' && ready.kind === 'manual') {
    const remedy = 'let it write a newline to a descriptor, with { fd: 3 }'
    throw new InvalidOptionError(
      'ready',
      'manual',
      `ready: 'manual' is for modules, which call ready(); for a command, ${remedy}`,
    )
  }
  if (ready.kind !== 'log' || [stdout, stderr].some((path) => path !== '/dev/null')) return
  throw new InvalidOptionError(
    'ready',
    ready,
    "ready.log: there is no log to look at: 'stdout' and 'stderr' are /dev/null",
  )
}

/** Refuses a watchdog for what can't get at the file by which it says that it is alive: that is in a folder of this user's alone. */
function checkWatchdog({ watchdog, user }: NormalOptions, kind: Spec['kind']): void {
  if (kind === 'module' || watchdog === undefined || user === undefined) return
  const message = `watchdog: a command that runs as another user ('${user}') can't touch its file; a module can, and 'health' works for both`
  throw new InvalidOptionError('watchdog', watchdog, message)
}

/** What was not given shall not hide a default. */
function withoutUndefined(given: GivenOptions): GivenOptions {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

/** Options that are paths, and are recorded as the absolute paths that they were read as. */
const paths = ['stdout', 'stderr', 'pidFile', 'envFile'] as const

/** Makes the record: what was given, in the words of the public options. A descriptor can't be recorded. */
function declare(
  rest: Omit<StartOptions, 'module' | 'command' | 'args'>,
  given: GivenOptions,
  options: NormalOptions,
  kind: Spec['kind'],
  [file, ...args]: readonly [string, ...string[]],
): Record<string, unknown> {
  // The working directory has its place below, so that a record that is read and written again is the same, byte for byte.
  const { preserveFds, workingDir, ...plain } = rest
  const absolute = paths.flatMap((name) => (given[name] === undefined ? [] : [[name, options[name]]]))
  return {
    ...plain,
    ...(kind === 'module' ? { module: file, args } : { command: [file, ...args] }),
    workingDir: options.workingDir,
    ...Object.fromEntries(absolute),
    ...(given.ready === undefined ? {} : { ready: declareReady(options.ready) }),
  }
}

/** When it is ready, in the words of the public option. */
function declareReady(ready: Readiness): unknown {
  switch (ready.kind) {
    case 'log':
      return { log: ready.source, flags: ready.flags }
    case 'port':
      return ready.host === undefined ? { port: ready.port } : { port: ready.port, host: ready.host }
    case 'fd':
      return { fd: ready.fd }
    case 'http':
      return { http: ready.url }
    case 'socket':
    case 'file':
      return { [ready.kind]: ready.path }
    default:
      return ready.kind
  }
}
