import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { Readable } from 'node:stream'
import { lifeName } from '../../home/life.cjs'
import type { CommandWork } from './start-command.cts'

/** What a waiter is given: the two descriptors that it keeps, and whose end it waits for. */
export interface Waiter {
  life: number
  exit: number
  instance: string
}

/** A command behind its waiter. */
export interface KeptChild {
  /** The waiter. It ends as the command did. */
  child: ChildProcess
  /** Calls back with the command's pid once it runs; never, when it could not be executed, or has ended by then. */
  onRunning(callback: (pid: number) => void): void
  /** The pid of what is, or was to become, the command; undefined before that is told. */
  pid(): number | undefined
}

/**
 * Starts a command behind a shell that stays to wait for its end, whoever else is gone by then. The shell starts it in the
 * foreground: behind `&` it would ignore SIGINT and SIGQUIT for ever. Its own output goes nowhere, or it would write into the log how its
 * child ended; so that the command's streams come through as two more descriptors. What is evaluated has numbers of ours alone.
 */
export function startKept({ argv0, args, keep }: CommandWork, { life, exit, instance }: Waiter): KeptChild {
  const free = [3, 4, 5, 6, 7, 8, 9].filter((fd) => !keep.includes(fd))
  const [out, err, alive, code, report] = free as [number, number, number, number, number]
  const stdio: (number | 'ignore' | 'pipe')[] = ['ignore', 'ignore', 'ignore']
  Object.assign(stdio, { [out]: 1, [err]: 2, [alive]: life, [code]: exit, [report]: 'pipe' })
  for (const fd of keep) stdio[fd] = fd
  const close = [out, err, alive, code, report].map((fd) => `${fd}>&-`).join(' ')
  const exec = `echo $$ >&${report}; exec "$@" >&${out} 2>&${err} ${close}`
  const wait = `name=$1; shift; trap : HUP INT QUIT TERM USR1 USR2; /bin/sh -c '${exec}' ${mark} "$@"; echo "$? $name" >&${code}`
  const child = spawn('/bin/sh', ['-c', wait, 'daemonic', lifeName(instance), argv0, ...args], {
    stdio: Array.from(stdio, (fd) => fd ?? 'ignore'),
  })
  let pid: number | undefined
  const told = readPid(child.stdio[report] as Readable)
  return {
    child,
    pid: () => pid,
    onRunning: (callback) =>
      void told.then((number) => {
        pid = number
        whenExecuted(number, callback)
      }),
  }
}

/** What the shell calls itself that is to become the command. */
const mark = 'daemonic-exec'

/** Reads the pid that the shell tells. */
function readPid(report: Readable): Promise<number> {
  return new Promise((resolve) => {
    report.once('data', (line: Buffer) => {
      report.destroy()
      resolve(Number(line.toString()))
    })
  })
}

/** Waits until the shell has become the command. When it has ended, its parent tells. */
function whenExecuted(pid: number, callback: (pid: number) => void): void {
  const words = readWords(pid)
  // Between its old and its new arguments, and when it is a zombie, it has none.
  if (words?.length === 1 || words?.[3] === mark) setTimeout(whenExecuted, 1, pid, callback)
  else if (words !== undefined) callback(pid)
}

/** The arguments of a process; nothing when it is gone. */
function readWords(pid: number): string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0')
  } catch {
    return undefined
  }
}
