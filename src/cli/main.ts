import { DaemonicError } from '../errors.ts'
import { exitCodes } from './exit-codes.ts'
import { print, printError } from './print.ts'

/** One command: what it does in a line, and how it is run. Loaded when it is used. */
export interface Command {
  help: string
  run(words: string[]): Promise<number> | number
}

const commands: Record<string, { summary: string; load: () => Promise<Command> }> = {
  audit: { summary: 'Check how much of a daemon a process is', load: async () => (await import('./audit.ts')).audit },
}

/** Runs the command line, and gives the exit code. */
export async function main([name, ...words]: string[]): Promise<number> {
  if (name === '--version' || name === '-v') return showVersion()
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') return showHelp(name === undefined)
  if (!Object.hasOwn(commands, name)) return usageError(`there is no command '${name}'`)
  const command = await commands[name]?.load()
  if (command === undefined) return exitCodes.usage
  return words.includes('--help') || words.includes('-h') ? showText(command.help) : runCommand(command, words)
}

/** Prints what was asked for. */
async function showText(text: string): Promise<number> {
  await print(text)
  return exitCodes.ok
}

/** Runs one command; an error becomes one sentence and an exit code. */
async function runCommand(command: Command, words: string[]): Promise<number> {
  try {
    return await command.run(words)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code?.startsWith('ERR_PARSE_ARGS')) return usageError(message)
    if (!(error instanceof DaemonicError)) throw error
    await printError(message)
    return error.code === 'INVALID_OPTION' ? exitCodes.usage : exitCodes.unknown
  }
}

/** Says what is wrong with the command line. */
async function usageError(message: string): Promise<number> {
  await printError(`${message}; see daemonic --help`)
  return exitCodes.usage
}

/** Prints the version. */
async function showVersion(): Promise<number> {
  const { readFileSync } = await import('node:fs')
  return showText(JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version)
}

/** Prints what there is; without a command that is a usage error. */
async function showHelp(isError: boolean): Promise<number> {
  const rows = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(10)}${summary}`)
  const text = `Usage: daemonic COMMAND [OPTION]...\n\nCommands:\n${rows.join('\n')}\n\n  daemonic COMMAND --help   more of one\n  daemonic --version        the version`
  await (isError ? printError(text) : print(text))
  return isError ? exitCodes.usage : exitCodes.ok
}
