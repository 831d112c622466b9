import type { Completes, Option } from '../command.ts'
import { shownOptions } from '../help.ts'
import type { Loaded } from '../load-all.ts'
import { helpWords, namesCommand, namesOfCommand, quoteForShell, signalWords } from './words.ts'

/** Renders the completion for zsh. */
export function renderZsh(all: readonly Loaded[]): string {
  const commands = all.flatMap((one) =>
    namesOfCommand(one).map((name) => `    ${quoteForShell(`${name}:${one.entry.summary}`)}`),
  )
  return `#compdef daemonic
# Completes daemonic in zsh. Made by: daemonic completion zsh

# Offers the names of daemons.
_daemonic_names() {
  local -a names
  names=(\${(f)"$(${namesCommand})"})
  compadd -a names
}

# Offers the names of signals.
_daemonic_signals() {
  compadd ${signalWords().join(' ')}
}

# Offers what can be run: a command, or a script.
_daemonic_program() {
  _alternative 'commands:command:_command_names -e' 'files:script:_files'
}

_daemonic() {
  local -a subcommands
  subcommands=(
${commands.join('\n')}
  )
  if ((CURRENT == 2)); then
    _describe command subcommands
    compadd -- --help --version
    return
  fi
  local subcommand=$words[2]
  shift words
  ((CURRENT--))
  case $subcommand in
${all.map((one) => renderCommand(one, all)).join('\n')}
  esac
}

if [[ $funcstack[1] == _daemonic ]]; then
  _daemonic "$@"
else
  compdef _daemonic daemonic
fi`
}

/** Renders the branch of one command. */
function renderCommand(one: Loaded, all: readonly Loaded[]): string {
  const specs = [...shownOptions(one.command).flatMap(renderOption), ...renderWords(one, all)]
  const rest = one.command.hasBehind === true ? renderBehind() : ''
  return `    ${namesOfCommand(one).join(' | ')})
${rest}      _arguments -s -S \\
${specs.map((spec) => `        ${quoteForShell(spec)}`).join(' \\\n')}
      ;;`
}

/** Renders what is completed behind --. */
function renderBehind(): string {
  return `      if ((\${words[(i)--]} < CURRENT)); then
        local at=\${words[(i)--]}
        shift $at words
        ((CURRENT -= at))
        if ((CURRENT == 1)); then _daemonic_program; else _normal; fi
        return
      fi
`
}

/** Renders an option: its long form, and its short one. */
function renderOption({ name, short, value, isRepeatable, help, completes }: Option): string[] {
  const text = `[${help.replace(/[[\]\\:]/g, '\\$&')}]`
  const tail = value === undefined ? '' : `:${value}:${action(completes, [])}`
  const heads = [`--${name}`, ...(short === undefined ? [] : [`-${short}`])]
  return heads.map((head) => `${isRepeatable === true ? '*' : ''}${head}${text}${tail}`)
}

/** Renders what the words of a command are. */
function renderWords({ command: { words } }: Loaded, all: readonly Loaded[]): string[] {
  if (words === 'program') return ['(-)1:program:_daemonic_program', '*:: :_normal']
  if (words === 'signal, then names') return ['1:signal:_daemonic_signals', '*:name:_daemonic_names']
  if (words === 'names' || words === 'running names') return [`*:name:${action(words, all)}`]
  return words.length === 0 ? [] : [`1:word:${action(words, all)}`]
}

/** What offers words of a kind. */
function action(completes: Completes | undefined, all: readonly Loaded[]): string {
  if (completes === undefined) return ' '
  if (typeof completes === 'object') {
    const suffix = completes.some((word) => /[=:]$/.test(word)) ? "-S '' " : ''
    return completes.length === 0
      ? ' '
      : `compadd ${suffix}${completes.map((word) => word.replaceAll(':', '\\:')).join(' ')}`
  }
  const actions: Record<Exclude<Completes, readonly string[]>, string> = {
    names: '_daemonic_names',
    'running names': '_daemonic_names',
    program: '_daemonic_program',
    'signal, then names': '_daemonic_signals',
    signals: '_daemonic_signals',
    files: '_files',
    folders: '_files -/',
    users: '_users',
    groups: '_groups',
    commands: `(${helpWords(all).join(' ')})`,
  }
  return actions[completes]
}
