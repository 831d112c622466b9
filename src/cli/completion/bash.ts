import type { Completes, Option } from '../command.ts'
import { shownOptions } from '../help.ts'
import type { Loaded } from '../load-all.ts'
import { helpWords, namesCommand, namesOfCommand, quoteForShell, signalWords } from './words.ts'

/** Renders the completion for bash. */
export function renderBash(all: readonly Loaded[]): string {
  const commands = [...all.flatMap(namesOfCommand), '--help', '--version']
  return `# Completes daemonic in bash. Made by: daemonic completion bash

# Offers the lines of standard input that begin with what is typed.
_daemonic_offer() {
  mapfile -t COMPREPLY < <(compgen -W "$(cat)" -- "$current")
}

# Offers files, or folders alone.
_daemonic_files() {
  compopt -o filenames
  mapfile -t COMPREPLY < <(compgen "$1" -- "$current")
}

# Completes what is run: a script or a command first, then what belongs to it.
_daemonic_program() {
  if declare -F _command_offset >/dev/null; then
    _command_offset "$1"
  elif ((COMP_CWORD == $1)) && [[ $current != */* ]]; then
    compopt -o filenames
    mapfile -t COMPREPLY < <(compgen -c -f -- "$current" | sort -u)
  else
    _daemonic_files -f
  fi
}

_daemonic() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} at
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _daemonic_offer <<<${quoteForShell(commands.join(' '))}
    return
  fi
  case \${COMP_WORDS[1]} in
${all.map((one) => renderCommand(one, all)).join('\n')}
  esac
}

complete -F _daemonic daemonic`
}

/** Renders the branch of one command. */
function renderCommand(one: Loaded, all: readonly Loaded[]): string {
  const options = shownOptions(one.command)
  const heads = options.flatMap(({ name, short }) => [`--${name}`, ...(short === undefined ? [] : [`-${short}`])])
  return `    ${namesOfCommand(one).join(' | ')})
${renderFirstWord(one)}${renderValues(options)}      if [[ $current == -* ]]; then
        _daemonic_offer <<<${quoteForShell(heads.join(' '))}
        return
      fi
      ${offer(one.command.words, all)}
      ;;`
}

/** Renders the search for the word at which options end. */
function renderFirstWord({ command }: Loaded): string {
  const valued = command.options.filter(({ value }) => value !== undefined).map(({ name }) => `--${name}`)
  if (command.endsAtFirstWord !== true && command.hasBehind !== true) return ''
  const word =
    command.endsAtFirstWord === true
      ? `\n          *)\n            _daemonic_program "$at"\n            return\n            ;;`
      : ''
  return `      for ((at = 2; at < COMP_CWORD; at++)); do
        case \${COMP_WORDS[at]} in
          --)
            _daemonic_program "$((at + 1))"
            return
            ;;
          ${valued.join(' | ')}) ((at++)) ;;
          -*) ;;${word}
        esac
      done
`
}

/** Renders what is offered for the values of options. */
function renderValues(options: readonly Option[]): string {
  const valued = options.filter(({ value }) => value !== undefined)
  if (valued.length === 0) return ''
  const branches = valued.map(({ name, short, completes }) => {
    const heads = [`--${name}`, ...(short === undefined ? [] : [`-${short}`])].join(' | ')
    return `        ${heads})
          ${completes === undefined ? ':' : offer(completes, [])}
          return
          ;;`
  })
  return `      case $previous in\n${branches.join('\n')}\n      esac\n`
}

/** Renders one offer. */
function offer(completes: Completes, all: readonly Loaded[]): string {
  if (typeof completes === 'object') {
    const nospace = completes.some((word) => /[=:]$/.test(word)) ? 'compopt -o nospace; ' : ''
    return completes.length === 0 ? ':' : `${nospace}_daemonic_offer <<<${quoteForShell(completes.join(' '))}`
  }
  const signals = `_daemonic_offer <<<${quoteForShell(signalWords().join(' '))}`
  const names = `_daemonic_offer < <(${namesCommand})`
  const offers: Record<Exclude<Completes, readonly string[]>, string> = {
    names,
    'running names': names,
    program: '_daemonic_program "$COMP_CWORD"',
    'signal, then names': `if ((COMP_CWORD == 2)); then ${signals}; else ${names}; fi`,
    signals,
    files: '_daemonic_files -f',
    folders: '_daemonic_files -d',
    users: 'mapfile -t COMPREPLY < <(compgen -u -- "$current")',
    groups: 'mapfile -t COMPREPLY < <(compgen -g -- "$current")',
    commands: `_daemonic_offer <<<${quoteForShell(helpWords(all).join(' '))}`,
  }
  return offers[completes]
}
