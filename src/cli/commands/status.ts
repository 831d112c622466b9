import type { Command } from '../command.ts'
import { jsonOption } from '../start-options.ts'

export const status: Command = {
  usage: ['[--json] NAME...', '[--json] --all'],
  about:
    'Tells all there is to know of daemons: what they run, since when, how they ended last, and where their logs are.',
  options: [{ name: 'all', short: 'a', help: 'Tell of all daemons of this user.' }, jsonOption],
  words: 'names',
  sections: [
    {
      title: 'Exit codes, as the Linux Standard Base has them',
      rows: [
        ['0', 'It runs, or is starting.'],
        ['1', 'It died, or could not be started (died, failed).'],
        ['3', 'It is not running (stopped, ended, new).'],
        ['4', 'There is no such daemon.'],
      ],
    },
  ],
  run: async (given) => (await import('../actions/status.ts')).runStatus(given),
}
