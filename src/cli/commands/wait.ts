import type { Command } from '../command.ts'
import { jsonOption } from '../start-options.ts'

export const wait: Command = {
  usage: ['[--timeout TIME] [--json] NAME...'],
  about: 'Waits until daemons have ended; at once, when they are not running.',
  options: [{ name: 'timeout', value: 'TIME', help: 'Wait no longer than that, such as 30s.' }, jsonOption],
  words: 'running names',
  sections: [
    {
      title: 'Exit codes',
      text: 'That of the daemon, or 128 and the number of the signal that ended it; 0 when it was stopped and left no exit code, 4 when nobody knows how it ended, 5 when there is no such daemon, 7 when the time was over. With several names the highest counts.',
    },
  ],
  run: async (given) => (await import('../actions/wait.ts')).runWait(given),
}
