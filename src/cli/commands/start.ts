import type { Command } from '../command.ts'
import { healthOptions, healthSection } from '../health-options.ts'
import { keepOptions, keepSection } from '../keep-options.ts'
import { jsonOption, nameOption, programSection, readySection, startOptions, startWords } from '../start-options.ts'

export const start: Command = {
  usage: ['[OPTION]... [--] SCRIPT|COMMAND [ARGUMENT]...'],
  about:
    'Sees to it that a daemon runs: starts it, and returns when it is ready. When it runs already as it is asked for, nothing is done. When the name runs with other options, that is an error that lists them; restart replaces it.',
  options: [nameOption, ...startOptions, ...keepOptions, ...healthOptions, jsonOption],
  ...startWords,
  sections: [programSection, readySection, keepSection, healthSection],
  examples: [
    ['daemonic start server.ts --port 8080', 'Start a script, named server:'],
    ['daemonic start --keep server.ts', 'Start it again whenever it fails:'],
    ['daemonic start --name api --ready port:8080 server.js', 'Return when it accepts connections:'],
    [
      'daemonic start --cwd /srv --log api.log -- ./api --verbose',
      'Start a command in a folder, with a log file here:',
    ],
  ],
  run: async (given) => (await import('../actions/start.ts')).runStart(given),
}
