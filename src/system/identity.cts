// CommonJS, because a daemon's first code needs it as well as the modules of the command line.
import { readFileSync } from 'node:fs'

/**
 * A process, told apart from every other that has, had or will have its number: by when it started, and in which run of
 * the system (proc_pid_stat(5), field 22, in clock ticks; boot_id of random(4)).
 */
export interface Identity {
  pid: number
  start: string
  boot: string
}

/** Identifies a process that lives; nothing when there is none. A zombie lives no more. */
export function identify(pid: number): Identity | undefined {
  const start = process.platform === 'linux' ? startByProc(pid) : startByPs(pid)
  return start === undefined ? undefined : { pid, start, boot: bootId() }
}

/** Does this very process live? */
export function isLiving({ pid, start, boot }: Identity): boolean {
  if (boot !== bootId()) return false
  return identify(pid)?.start === start
}

/**
 * Linux: the fields are counted behind the name, which may hold anything. A process whose first thread has ended is shown as a
 * zombie, but it has its files and its locks until its last thread has ended, too.
 */
function startByProc(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return isDead(fields) ? undefined : fields[19]
  } catch {
    return undefined
  }
}

/** Is a process dead, and only waits to be reaped? By the fields of its stat from the third, the state, on. */
export function isDead(fields: readonly (string | undefined)[]): boolean {
  return fields[0] === 'X' || (fields[0] === 'Z' && Number(fields[17]) <= 1)
}

/** macOS: ps tells the second of the start. */
function startByPs(pid: number): string | undefined {
  try {
    const row = runCommand('ps', ['-o', 'stat=,lstart=', '-p', String(pid)]).trim()
    return row === '' || row.startsWith('Z') ? undefined : row.replace(/^\S+\s+/, '').replace(/\s+/g, ' ')
  } catch {
    return undefined
  }
}

let boot: string | undefined

/** The id of this run of the system; it is another after each reboot. */
export function bootId(): string {
  boot ??= readBootId()
  return boot
}

/** Reads it. */
function readBootId(): string {
  if (process.platform === 'linux') return readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return runCommand('sysctl', ['-n', 'kern.bootsessionuuid']).trim()
}

/** Runs a command to its end, and gives what it prints. Loading node:child_process takes 5 ms, which Linux has no need to spend. */
export function runCommand(command: string, args: readonly string[]): string {
  const { execFileSync } = require('node:child_process') as typeof import('node:child_process')
  return execFileSync(command, args, { encoding: 'utf8' })
}
