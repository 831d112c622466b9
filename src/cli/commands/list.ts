import type { Command } from '../command.ts'

export const list: Command = {
  usage: ['[--json] [--watch]'],
  about:
    'Lists all daemons of this user: name, state, pid, uptime, CPU, memory of all its processes, restarts, and kind. CPU is the average since it started; with --watch, that of the last second. A terminal that is too narrow is shown fewer columns.',
  options: [
    { name: 'json', help: 'Print JSON; with --watch, one document in each line.' },
    { name: 'watch', short: 'w', help: 'List them anew each second, until Ctrl-C.' },
    { name: 'names', help: 'Print the names alone.', isHidden: true },
  ],
  words: [],
  examples: [
    ['daemonic list --watch', 'Watch them all:'],
    [`daemonic list --json | jq -r '.[] | select(.state == "died") | .name'`, 'Print the names of those that died:'],
  ],
  run: async (given) => (await import('../actions/list.ts')).runList(given),
}
