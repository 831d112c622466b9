import type { Command } from '../command.ts'

export const logs: Command = {
  usage: ['[OPTION]... NAME...', 'rotate [--json] NAME...'],
  about:
    'Shows the last lines that daemons wrote, also those in rotated files. With several names, or with files of their own for standard output and error, each line says where it comes from. logs rotate cuts their logs off at once, as a whole, whether they run or not, and are kept or not; no line is lost.',
  options: [
    { name: 'lines', short: 'n', value: 'N', help: "So many of the last lines, or 'all'. Default: 10." },
    { name: 'follow', short: 'f', help: 'Go on with lines as they come, until Ctrl-C.' },
    { name: 'since', value: 'TIME', help: 'Only what was written since: 10m, 2h, or a date such as 2026-05-01T12:00.' },
    { name: 'grep', value: 'PATTERN', help: 'Only lines that match this regular expression.' },
    { name: 'raw', help: 'Print the bytes of the logs as they are, without prefixes.' },
    { name: 'json', help: 'Print one JSON object in each line: name, stream, line.' },
  ],
  words: 'names',
  sections: [
    {
      title: 'Times of lines (--since)',
      text: 'A line has the time that stands at its beginning (ISO 8601), or in time, timestamp or ts of a line of JSON. One without has that of the line before it, or what the record tells: when the daemon was started, or the log was rotated.',
    },
  ],
  examples: [
    ['daemonic logs -f api worker', 'Follow two daemons:'],
    ['daemonic logs -n all --raw api > api.log', 'Copy all that a daemon wrote:'],
    ['daemonic logs --since 10m api', 'Show the last ten minutes:'],
    ["daemonic logs --grep 'error|warn' api", 'Show all lines that match:'],
    ['daemonic logs rotate api', 'Rotate its log now:'],
  ],
  run: async (given) => (await import('../actions/logs.ts')).runLogs(given),
}
