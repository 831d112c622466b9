import type { Command } from '../command.ts'

export const help: Command = {
  usage: ['[COMMAND]', 'exit-codes'],
  about: 'Explains a command, or the exit codes.',
  options: [{ name: 'man', help: 'Print the page of the manual, as roff.', isHidden: true }],
  looksAtHome: false,
  words: 'commands',
  run: async (given) => (await import('../actions/help.ts')).runHelp(given),
}
