import type { Command } from '../command.ts'
import { jsonOption } from '../start-options.ts'

export const reload: Command = {
  usage: ['[--json] NAME...'],
  about: 'Sends SIGHUP to the main process of daemons: programs that know it read their configuration again.',
  options: [jsonOption],
  words: 'running names',
  run: async (given) => (await import('../actions/signal.ts')).runReload(given),
}
