import type { Command } from '../command.ts'
import { jsonOption } from '../start-options.ts'

export const forget: Command = {
  usage: ['[--json] NAME...'],
  about:
    'Removes daemons that are not running: their names, what was declared for them, and the logs in their folders. Log files elsewhere stay.',
  options: [jsonOption],
  words: 'names',
  run: async (given) => (await import('../actions/forget.ts')).runForget(given),
}
