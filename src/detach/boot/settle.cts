import { closeSync, constants, openSync } from 'node:fs'
import type { Birth, Line } from './birth.cts'

/** What a daemon does to itself, in the order of daemon(7). Undefined is 'leave it as it is'. */
export interface Settlement {
  nice: number | undefined
  umask: number
  workingDir: string
  /** Where the streams go, when they are replaced now and not at the launch; and whether the launcher created the files. */
  stdout: StreamSettlement
  stderr: StreamSettlement
  title: string | undefined
  user: string | number | undefined
  group: string | number | undefined
  /** Was the whole environment given? Then HOME and USER are left as they were given. */
  hasOwnEnvironment: boolean
}

interface StreamSettlement {
  /** The descriptor of the open log; undefined when the stream leads there already. */
  fd: number | undefined
  created: boolean
}

/** As a prelude: settles before the user's code runs. */
export function run({ line }: Birth, settlement: Settlement): void {
  settle(line, settlement)
}

/** Turns this process into what the options ask for; the line is told each step that is entered. */
export function settle(line: Line, settlement: Settlement): void {
  const { nice, umask, workingDir, stdout, stderr, title, user, group } = settlement
  line.enter('nice')
  if (nice !== undefined) checkNice(nice)
  line.enter('umask')
  process.umask(umask)
  line.enter('workingDir')
  changeDirectory(workingDir)
  line.enter('streams')
  if (stdout.fd !== undefined) redirect(1, stdout.fd)
  if (stderr.fd !== undefined) redirect(2, stderr.fd)
  line.enter('title')
  if (title !== undefined) process.title = title
  line.enter('privileges')
  if (user === undefined && group === undefined) return
  const { dropPrivileges } = require('./privileges.cjs') as typeof import('./privileges.cts')
  dropPrivileges(settlement)
}

/** Refuses a niceness that nice(1) could not set: it only warns, and goes on. */
function checkNice(nice: number): void {
  const { getPriority } = require('node:os') as typeof import('node:os')
  if (getPriority() === nice) return
  throw new Error(`nice: ${nice} could not be set, it is ${getPriority()}; only root may lower it`)
}

/** Changes the working directory, and the variable that says where it is. */
function changeDirectory(path: string): void {
  process.chdir(path)
  if (process.env['PWD'] !== undefined) process.env['PWD'] = path
}

/**
 * Makes descriptor `target` (1 or 2) lead to the file that is open at `source`, and closes `source`.
 * Node has no dup2(2), but open(2) takes the lowest number that is free, and that is the one closed just before.
 * @throws when another thread opened a file in between and got the number.
 */
function redirect(target: 1 | 2, source: number): void {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY
  closeSync(target)
  const got = openSync(`/dev/fd/${source}`, flags)
  if (got !== target) {
    closeSync(got)
    throw new Error(`descriptor ${target} was taken by another thread while it was being replaced`)
  }
  closeSync(source)
}
