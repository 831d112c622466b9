import type { Completes, Option } from '../command.ts'
import { shownOptions } from '../help.ts'
import type { Loaded } from '../load-all.ts'
import { helpWords, namesCommand, namesOfCommand, signalWords } from './words.ts'

/** Renders the completion for fish. */
export function renderFish(all: readonly Loaded[]): string {
  return `# Completes daemonic in fish. Made by: daemonic completion fish

# Is no command typed yet?
function __daemonic_needs_command
    test (count (commandline -opc)) -eq 1
end

# Is this the command?
function __daemonic_command
    set -l words (commandline -opc)
    test (count $words) -ge 2; and contains -- $words[2] $argv
end

# Is the signal typed already?
function __daemonic_has_signal
    test (count (commandline -opc)) -ge 3
end

# Lists the names of daemons.
function __daemonic_names
    ${namesCommand}
end

complete -c daemonic -n __daemonic_needs_command -f -l help -s h -d 'Show the help'
complete -c daemonic -n __daemonic_needs_command -f -l version -d 'Show the version'
${all.map((one) => renderCommand(one, all)).join('\n\n')}`
}

/** Renders the lines of one command. */
function renderCommand(one: Loaded, all: readonly Loaded[]): string {
  const names = namesOfCommand(one)
  const is = `-n ${quote(`__daemonic_command ${names.join(' ')}`)}`
  return [
    ...names.map(
      (name) => `complete -c daemonic -n __daemonic_needs_command -f -a ${name} -d ${quote(one.entry.summary)}`,
    ),
    ...shownOptions(one.command).map((option) => `complete -c daemonic ${is} ${renderOption(option)}`),
    ...renderWords(one, names, all).map((words) => `complete -c daemonic ${words}`),
  ].join('\n')
}

/** Renders an option. */
function renderOption({ name, short, value, help, completes }: Option): string {
  const shortForm = short === undefined ? '' : ` -s ${short}`
  const takesFile = completes === 'files'
  const offered = completes === undefined || takesFile ? '' : ` -a ${quote(offer(completes, []))}`
  const argument = value === undefined ? '' : takesFile ? ' -r -F' : ` -x${offered}`
  return `-l ${name}${shortForm}${argument} -d ${quote(help)}`
}

/** Renders what the words of a command are. */
function renderWords({ command: { words } }: Loaded, names: readonly string[], all: readonly Loaded[]): string[] {
  const is = `__daemonic_command ${names.join(' ')}`
  if (words === 'program') return [`-n ${quote(is)} -a '(__fish_complete_command)'`]
  if (words !== 'signal, then names') return [`-n ${quote(is)} -f -a ${quote(offer(words, all))}`]
  return [
    `-n ${quote(`${is}; and not __daemonic_has_signal`)} -f -a ${quote(offer('signals', all))}`,
    `-n ${quote(`${is}; and __daemonic_has_signal`)} -f -a ${quote(offer('names', all))}`,
  ]
}

/** What offers words of a kind. */
function offer(completes: Completes, all: readonly Loaded[]): string {
  if (typeof completes === 'object') return completes.join(' ')
  const offers: Record<Exclude<Completes, readonly string[]>, string> = {
    names: '(__daemonic_names)',
    'running names': '(__daemonic_names)',
    program: '(__fish_complete_command)',
    'signal, then names': signalWords().join(' '),
    signals: signalWords().join(' '),
    files: '(__fish_complete_path)',
    folders: '(__fish_complete_directories)',
    users: '(__fish_complete_users)',
    groups: '(__fish_complete_groups)',
    commands: helpWords(all).join(' '),
  }
  return offers[completes]
}

/** A text as one word of fish. */
function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
}
