import type { Command, Entry, Option, Section } from './command.ts'
import { exitCodes, meanings } from './exit-codes.ts'
import { entries } from './index-of-commands.ts'
import { helpOption } from './parse.ts'

/** The width that help is written for. */
const width = 80

/** Renders what there is. */
export function renderOverview(): string {
  const rows = entries.map(({ name, aliases, summary }): [string, string] => [[name, ...aliases].join(', '), summary])
  return [
    'Usage: daemonic COMMAND [OPTION]... [WORD]...',
    'Starts programs as real Unix daemons, and finds them by their names.',
    `Commands:\n${renderRows(rows)}`,
    `More:\n${renderRows([
      ['daemonic COMMAND --help', 'the options of a command'],
      ['daemonic help exit-codes', 'what the exit codes mean'],
      ['daemonic --version', 'the version'],
    ])}`,
  ].join('\n\n')
}

/** Renders the help of one command. */
export function renderHelp({ name, aliases }: Entry, command: Command): string {
  const { usage, about, sections = [], examples = [] } = command
  const lines = usage.map((line, index) => `${index === 0 ? 'Usage:' : '      '} daemonic ${name} ${line}`.trimEnd())
  const rows = shownOptions(command).map((option): [string, string] => [optionHead(option), option.help])
  return [
    lines.join('\n'),
    wrap(about, width),
    ...(aliases.length === 0 ? [] : [`Also: daemonic ${aliases.join(', ')}`]),
    `Options:\n${renderRows(rows)}`,
    ...sections.map(renderSection),
    ...(examples.length === 0 ? [] : [`Examples:\n${examples.map(renderExample).join('\n')}`]),
  ].join('\n\n')
}

/** Renders the table of exit codes. */
export function renderExitCodes(): string {
  return [
    'Exit codes of daemonic:',
    renderRows(exitCodeRows()),
    wrap(
      'With several names, all are done, and the highest code counts. wait and run end with the exit code of the daemon, or with 128 and the number of the signal that ended it.',
      width,
    ),
  ].join('\n\n')
}

/** The exit codes and what they mean. */
export function exitCodeRows(): [string, string][] {
  return Object.entries(exitCodes).map(([name, code]) => [String(code), meanings[name as keyof typeof meanings]])
}

/** The options of a command that people are told of. */
export function shownOptions({ options }: Command): Option[] {
  return [...options, helpOption].filter(({ isHidden }) => isHidden !== true)
}

/** How an option is typed. */
function optionHead({ name, short, value }: Option): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`
}

/** Renders a part with a heading. */
function renderSection({ title, text, rows }: Section): string {
  return [
    `${title}:`,
    ...(text === undefined ? [] : [indent(text)]),
    ...(rows === undefined ? [] : [renderRows(rows)]),
  ].join('\n')
}

/** Renders an example: what it does, and what is typed. */
function renderExample([line, meaning]: readonly [string, string]): string {
  return `${indent(meaning)}\n    ${line}`
}

/** A text, wrapped and moved to the right. */
function indent(text: string): string {
  return wrap(text, width - 2).replace(/^/gm, '  ')
}

/** Renders rows of two columns. A first column that is too wide has a line of its own. */
function renderRows(rows: readonly (readonly [string, string])[]): string {
  const column = Math.min(26, Math.max(...rows.map(([head]) => head.length)))
  return rows
    .map(([head, text]) => {
      const body = wrap(text, width - column - 4).replaceAll('\n', `\n${' '.repeat(column + 4)}`)
      return head.length > column ? `  ${head}\n${' '.repeat(column + 4)}${body}` : `  ${head.padEnd(column)}  ${body}`
    })
    .join('\n')
}

/** Breaks a text into lines that are not too long. */
function wrap(text: string, most: number): string {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const last = lines.at(-1)
    if (last === undefined || last.length + 1 + word.length > most) lines.push(word)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.join('\n')
}
