import { skipUnlessShell, skipWithout } from './needs.ts'
import type { Scope } from './scope.ts'

/** A shell that does something to itself first. */
const shell = (script: string) => (command: string[]) => ['/bin/bash', '-c', script, 'bash', ...command]
const plant = [7, 9, 20, 100].map((fd) => `exec ${fd}</etc/passwd`).join('; ')

export interface Condition {
  wrap: (command: string[], scope: Scope) => string[]
  skip?: string | false
  /** On a terminal, output has its line ends. */
  isTerminal?: boolean
}

/** The ways in which programs are started. */
export const conditions: Record<string, Condition> = {
  'from a pipe': { wrap: (command) => command },
  'on a terminal': {
    wrap: (command) => ['script', '-qec', command.map((word) => `'${word}'`).join(' '), '/dev/null'],
    skip: skipWithout('script'),
    isTerminal: true,
  },
  'with signals ignored by the parent': { wrap: shell(`trap '' HUP INT QUIT TERM USR1 CHLD; exec "$@"`) },
  'with descriptors 7, 9, 20 and 100 planted': { wrap: shell(`${plant}; exec "$@"`) },
  'with 64 open files allowed': { wrap: shell('ulimit -n 64; exec "$@"') },
  'with 1048576 open files allowed': {
    wrap: shell('ulimit -n 1048576; exec "$@"'),
    skip: skipUnlessShell('ulimit -n 1048576', 'the hard limit of open files here is lower, and can not be raised'),
  },
  'with as many open files allowed as the hard limit': { wrap: shell('ulimit -n "$(ulimit -Hn)"; exec "$@"') },
  'with umask 077': { wrap: shell('umask 077; exec "$@"') },
  'under nohup': { wrap: (command) => ['nohup', ...command], skip: skipWithout('nohup') },
  'in a session without a terminal': { wrap: (command) => ['setsid', '-w', ...command], skip: skipWithout('setsid') },
  'from the environment of cron': {
    wrap: (command, { mark, folder }) => [
      'env',
      '-i',
      mark,
      'SHELL=/bin/sh',
      'PATH=/usr/bin:/bin',
      `HOME=${folder}`,
      'LOGNAME=root',
      '/bin/sh',
      '-c',
      command.map((word) => `'${word}'`).join(' '),
    ],
  },
  'without any environment': { wrap: (command, { mark }) => ['env', '-i', mark, ...command] },
  'with standard streams closed': { wrap: shell('"$@" <&- 2>&-; exit $?') },
}
