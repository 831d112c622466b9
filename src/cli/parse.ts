import { parseArgs } from 'node:util'
import { DaemonicError } from '../errors.ts'
import type { Command, Given, Option } from './command.ts'

/** A command line, and what is wrong with it. */
export interface Parsed {
  given: Given
  problem: DaemonicError | undefined
}

/** The option that every command has. */
export const helpOption: Option = { name: 'help', short: 'h', help: 'Show this help.' }

/** Reads the words behind a command. What can be read is, even when something is wrong: `--json` says how to tell of it. */
export async function parse(name: string, command: Command, args: readonly string[]): Promise<Parsed> {
  const options = [...command.options, helpOption]
  const tokens = tokenize(args, options)
  const end = tokens.find(
    ({ kind }) => kind === 'option-terminator' || (command.endsAtFirstWord && kind === 'positional'),
  )
  const own = end === undefined ? tokens : tokens.filter(({ index }) => index < end.index)
  const rest = end === undefined ? undefined : args.slice(end.kind === 'positional' ? end.index : end.index + 1)
  const words = own.flatMap((token) => (token.kind === 'positional' ? [token.value] : []))
  const values = own.filter((token) => token.kind === 'option')
  const texts = (option: string): string[] =>
    values.filter((one) => one.name === option).map(({ value }) => value ?? '')
  const given: Given = {
    command: name,
    options,
    words: command.hasBehind === true ? words : [...words, ...(rest ?? [])],
    behind: rest,
    has: (option) => values.some((one) => one.name === option),
    text: (option) => texts(option).at(-1),
    texts,
  }
  for (const token of values) {
    const problem = await problemOf(token, options)
    if (problem !== undefined) return { given, problem: usage(name, problem) }
  }
  return { given, problem: undefined }
}

/** The error for a wrong command line. */
export function usage(command: string, message: string): DaemonicError {
  return new DaemonicError('INVALID_OPTION', `${message}${message.endsWith('?') ? ' See' : '; see'} ${helpOf(command)}`)
}

/** What shows the help of a command; without one, what shows all there is. */
function helpOf(command: string): string {
  return command === '' ? 'daemonic --help' : `daemonic ${command} --help`
}

type OptionToken = { name: string; rawName: string; value: string | undefined; inlineValue: boolean | undefined }

type Token = { index: number } & (
  | ({ kind: 'option' } & OptionToken)
  | { kind: 'positional'; value: string }
  | { kind: 'option-terminator' }
)

/** Takes a command line apart, whatever is in it. */
function tokenize(args: readonly string[], options: readonly Option[]): Token[] {
  const declared = options.map(({ name, short, value }) => [
    name,
    {
      type: value === undefined ? 'boolean' : 'string',
      multiple: true,
      ...(short === undefined ? {} : { short }),
    } as const,
  ])
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(declared),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  return tokens as Token[]
}

/** Says what is wrong with one option of a command line; nothing when it is as it was declared. */
async function problemOf(
  { name, rawName, value, inlineValue }: OptionToken,
  options: readonly Option[],
): Promise<string | undefined> {
  const option = options.find((one) => one.name === name)
  if (option === undefined) {
    const { didYouMean } = await import('../options/suggest.ts')
    const known = options.filter(({ isHidden }) => isHidden !== true).map((one) => one.name)
    return `There is no option '${rawName}'${didYouMean(name, known, '--')}`
  }
  if (option.value === undefined) return value === undefined ? undefined : `${rawName} takes no value`
  const isMissing = value === undefined || (inlineValue === false && /^-(?!\d|$)/.test(value))
  if (isMissing) return `${rawName} needs a value: ${option.value}`
  return undefined
}
