import type { Command } from '../command.ts'
import { jsonOption } from '../start-options.ts'

export const signal: Command = {
  usage: ['[--json] SIGNAL NAME...'],
  about:
    'Sends a signal to the main process of daemons. The signal is a name, with or without SIG, or a number; it may also stand last.',
  options: [jsonOption],
  words: 'signal, then names',
  examples: [['daemonic signal USR1 api', 'Have api do what it does at SIGUSR1:']],
  run: async (given) => (await import('../actions/signal.ts')).runSignal(given),
}
