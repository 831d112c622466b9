import type { Command } from '../command.ts'

export const logs: Command = {
  usage: ['[OPTION]... NAME...'],
  about:
    'Shows the last lines that daemons wrote. With several names, or with files of their own for standard output and error, each line says where it comes from.',
  options: [
    { name: 'lines', short: 'n', value: 'N', help: "So many of the last lines, or 'all'. Default: 10." },
    { name: 'follow', short: 'f', help: 'Go on with lines as they come, until Ctrl-C.' },
    { name: 'since', value: 'TIME', help: 'Only what was written since: 10m, 2h, or a date such as 2026-05-01T12:00.' },
    { name: 'raw', help: 'Print the bytes of the logs as they are, without prefixes.' },
    { name: 'json', help: 'Print one JSON object in each line: name, stream, line.' },
  ],
  words: 'names',
  examples: [
    ['daemonic logs -f api worker', 'Follow two daemons:'],
    ['daemonic logs -n all --raw api > api.log', 'Copy all that a daemon wrote:'],
    ['daemonic logs --since 10m api', 'Show the last ten minutes:'],
  ],
  run: async (given) => (await import('../actions/logs.ts')).runLogs(given),
}
