import type { Command, Entry } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { findEntry } from './index-of-commands.ts'
import { parse, usage } from './parse.ts'

/** Runs the command line, and gives the exit code. */
export async function main([word, ...words]: string[]): Promise<number> {
  if (word === undefined) return showUsage()
  const entry = findEntry(word === '--help' || word === '-h' ? 'help' : word)
  if (entry === undefined) return refuse(word, words)
  return runCommand(entry, await entry.load(), words)
}

/** Runs one command; an error becomes one sentence and an exit code. */
async function runCommand(entry: Entry, command: Command, words: readonly string[]): Promise<number> {
  const { given, problem } = await parse(entry.name, command, words)
  try {
    if (given.has('help')) return await showHelp(entry, command)
    if (problem !== undefined) throw problem
    if (command.looksAtHome !== false) await (await import('../keeper/heal.ts')).healKeeper()
    return await command.run(given)
  } catch (error) {
    const { report } = await import('./report.ts')
    return report(error, given)
  }
}

/** Prints the help of a command. */
async function showHelp(entry: Entry, command: Command): Promise<number> {
  const { print } = await import('./print.ts')
  const { renderHelp } = await import('./help.ts')
  await print(renderHelp(entry, command))
  return exitCodes.ok
}

/** Prints what there is, to standard error: a command is missing. */
async function showUsage(): Promise<number> {
  const { printError } = await import('./print.ts')
  const { renderOverview } = await import('./help.ts')
  await printError(renderOverview())
  return exitCodes.usage
}

/** Says that there is no such command, or no such option before one. */
async function refuse(word: string, words: readonly string[]): Promise<number> {
  const { report } = await import('./report.ts')
  const { didYouMean } = await import('../options/suggest.ts')
  const { entries } = await import('./index-of-commands.ts')
  const kind = word.startsWith('-') ? 'option' : 'command'
  const known = entries.flatMap(({ name, aliases }) => [name, ...aliases])
  const given = { options: [], has: (option: string) => words.includes(`--${option}`) }
  return report(usage('', `There is no ${kind} '${word}'${didYouMean(word, known)}`), given)
}
