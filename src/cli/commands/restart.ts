import type { Command } from '../command.ts'
import { healthOptions, healthSection } from '../health-options.ts'
import { keepOptions, keepSection } from '../keep-options.ts'
import { jsonOption, programSection, readySection, startOptions } from '../start-options.ts'

export const restart: Command = {
  usage: ['[--json] NAME...', 'NAME [OPTION]... -- SCRIPT|COMMAND [ARGUMENT]...'],
  about:
    'Stops daemons and starts them again, as they were declared; files and this environment are read anew. One that is not running is started. With a program behind --, what was declared is replaced by it and the options.',
  options: [...startOptions, ...keepOptions, ...healthOptions, jsonOption],
  words: 'names',
  hasBehind: true,
  sections: [programSection, readySection, keepSection, healthSection],
  examples: [
    ['daemonic restart api worker', 'Restart two as they were declared:'],
    ['daemonic restart api --nice 5 -- server.js --port 8081', 'Replace what was declared:'],
  ],
  run: async (given) => (await import('../actions/restart.ts')).runRestart(given),
}
