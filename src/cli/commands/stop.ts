import type { Command } from '../command.ts'
import { jsonOption } from '../start-options.ts'

export const stop: Command = {
  usage: ['[OPTION]... NAME...', '[OPTION]... --all'],
  about:
    'Stops daemons: asks the main process to end, waits until nothing of the daemon is left, and kills the rest when the time is over. One that is not running is stopped already.',
  options: [
    { name: 'all', short: 'a', help: 'Stop all daemons of this user.' },
    {
      name: 'signal',
      value: 'SIGNAL',
      sets: 'stopSignal',
      completes: 'signals',
      help: 'What asks it to stop. Default: as it was started, else SIGTERM.',
    },
    {
      name: 'timeout',
      value: 'TIME',
      sets: 'stopTimeout',
      help: 'How long it has until it is killed. Default: as it was started, else 10s.',
    },
    {
      name: 'scope',
      value: 'SCOPE',
      sets: 'stopScope',
      completes: ['tree', 'group', 'main'],
      help: 'What is ended: tree, group or main. Default: as it was started, else tree.',
    },
    jsonOption,
  ],
  words: 'running names',
  sections: [
    {
      title: 'Exit codes',
      text: '0 when all are stopped, 5 when there is no such daemon, 9 when something had to be killed.',
    },
  ],
  run: async (given) => (await import('../actions/stop.ts')).runStop(given),
}
