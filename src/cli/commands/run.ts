import type { Command } from '../command.ts'
import { nameOption, programSection, readySection, startOptions, startWords } from '../start-options.ts'

export const run: Command = {
  usage: ['[OPTION]... [--] SCRIPT|COMMAND [ARGUMENT]...'],
  about:
    'Runs a daemon in the foreground, under its name and with all options of start: for debugging, containers and init systems. Its output goes here, unless a log is given. SIGTERM and Ctrl-C stop it as stop does, a second one kills it; SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 are passed on.',
  options: [nameOption, ...startOptions],
  ...startWords,
  sections: [
    programSection,
    readySection,
    {
      title: 'Exit codes',
      text: 'That of the daemon, or 128 and the number of the signal that ended it; those of start when it did not get that far.',
    },
  ],
  run: async (given) => (await import('../actions/run.ts')).runForeground(given),
}
