import { basename, resolve } from 'node:path'
import { isName } from '../options/readers.ts'
import type { StartOptions } from '../options/types.ts'
import type { Given } from './command.ts'
import { usage } from './parse.ts'
import { readKeepWords } from './read-keep.ts'
import { readRotateWord } from './read-rotate.ts'
import { readLimitWords, readReadyWord, readTimeWord } from './read-values.ts'

/** Files that Node runs. */
const script = /\.[cm]?[jt]s$/

/** Reads the options of `start`, `run` and `restart`, and the words of the program, into those of the library. */
export function readStart(given: Given, program: readonly string[], name?: string): StartOptions {
  const [first, ...args] = program
  if (first === undefined) throw usage(given.command, `${given.command} needs a script or a command`)
  const { command } = given
  const path = (option: string): string | undefined => absolute(given.text(option))
  const nice = given.text('nice')
  return withoutUndefined({
    name: name ?? given.text('name') ?? nameFor(first, command),
    ...(script.test(first) ? { module: resolve(first), args } : { command: [locate(first, given), ...args] }),
    workingDir: path('cwd'),
    ...readEnv(given),
    envFile: path('env-file'),
    ...readLogs(given),
    umask: given.text('umask'),
    user: given.text('user'),
    group: given.text('group'),
    nice: nice === undefined || !/^-?\d+$/.test(nice) ? (nice as number | undefined) : Number(nice),
    limits: readLimitWords(given.texts('limit'), command),
    pidFile: path('pid-file'),
    ready: readReadyWord(given.text('ready'), command),
    startTimeout: readTimeWord(given, 'start-timeout'),
    stopSignal: given.text('stop-signal') as NodeJS.Signals | undefined,
    stopTimeout: readTimeWord(given, 'stop-timeout'),
    stopScope: given.text('stop-scope') as StartOptions['stopScope'],
    rotate: readRotateWord(given),
    ...readKeepWords(given),
  })
}

/** A name that is made from the file of the program. */
function nameFor(first: string, command: string): string {
  const name = basename(first).replace(script, '')
  if (isName(name)) return name
  throw usage(command, `'${name}' can't be the name of a daemon: give it one with --name`)
}

/** A command with a slash is where it was typed, also when the daemon works elsewhere. */
function locate(command: string, given: Given): string {
  return command.includes('/') && given.has('cwd') ? resolve(command) : command
}

/** A path, from where the command is typed; the empty one is left for the library to refuse. */
function absolute(path: string | undefined): string | undefined {
  return path ? resolve(path) : path
}

/** Variables that are added to the environment. */
function readEnv(given: Given): Pick<StartOptions, 'env' | 'extendEnv'> {
  const entries = given.texts('env').map((text): [string, string] => {
    const at = text.indexOf('=')
    if (at < 1) throw usage(given.command, `Expected --env to be NAME=VALUE, got '${text}'`)
    return [text.slice(0, at), text.slice(at + 1)]
  })
  return entries.length === 0 ? {} : { env: Object.fromEntries(entries), extendEnv: true }
}

/** Where output goes. */
function readLogs(given: Given): Pick<StartOptions, 'stdout' | 'stderr'> {
  const [log, stdout, stderr] = ['log', 'stdout', 'stderr'].map((option) => absolute(given.text(option)))
  if (log === undefined) return { stdout, stderr }
  if (stdout === undefined && stderr === undefined) return { stdout: log, stderr: log }
  throw usage(given.command, '--log is for standard output and error: leave it out, or --stdout and --stderr')
}

/** What was not given is left out: it shall not count as a difference. */
function withoutUndefined(options: StartOptions): StartOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([, value]) => value !== undefined),
  ) as unknown as StartOptions
}
