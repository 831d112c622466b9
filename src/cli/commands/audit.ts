import type { Command } from '../command.ts'

export const audit: Command = {
  usage: ['PID [--json]', '--self [--json]'],
  about:
    'Checks from outside, for any process, each item of daemon(7) that shows in /proc: a line each with ok or NOT, what was seen, and why it matters.',
  options: [
    {
      name: 'self',
      help: 'Check this very process: what daemonic inherits from here, a daemon started here would, too.',
    },
    { name: 'json', help: 'Print JSON.' },
  ],
  looksAtHome: false,
  words: [],
  sections: [
    {
      title: 'Exit codes',
      text: '0 all hold, 1 some do not, 2 wrong usage, 4 no such process, or not readable by this user.',
    },
  ],
  run: async (given) => (await import('../actions/audit.ts')).runAudit(given),
}
