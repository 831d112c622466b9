import type { Option, Section } from './command.ts'

/** The options of what keeps a daemon alive: `start` and `restart` take them. */
export const keepOptions: readonly Option[] = [
  {
    name: 'keep',
    sets: 'keep',
    help: 'Watch it, and start it again when it fails. All options from here on imply this one.',
  },
  {
    name: 'restart',
    value: 'WHEN',
    sets: 'restart',
    completes: ['no', 'on-failure', 'always'],
    help: 'When it is started again after it ended. Default: on-failure.',
  },
  {
    name: 'success',
    value: 'LIST',
    sets: 'success',
    help: 'Exit codes and signals that are no failure, besides 0, such as 3,SIGTERM.',
  },
  {
    name: 'backoff',
    value: 'FROM..TO',
    sets: 'backoff',
    help: 'How long is waited before: the first time, and at the most, each time twice as long. Default: 100ms..30s.',
  },
  {
    name: 'stable-after',
    value: 'TIME',
    sets: 'stableAfter',
    help: 'How long it has to run until the wait begins with the shortest again. Default: 10s.',
  },
  {
    name: 'restart-limit',
    value: 'N/TIME[,slow]',
    sets: 'restartLimit',
    help: 'How often it may be started again within that time; then it is given up, or with slow, tried on at the longest wait. Default: 10/1m.',
  },
]

/** What it means to keep a daemon. */
export const keepSection: Section = {
  title: 'Kept daemons (--keep)',
  text: 'One small process per home, the keeper, watches them; it is started by the first start that needs it, and daemons do not notice when it dies. A daemon that somebody stopped stays stopped.',
}
