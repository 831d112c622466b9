import { didYouMean } from '../../options/suggest.ts'
import type { Given } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { renderExitCodes, renderHelp, renderOverview } from '../help.ts'
import { entries, findEntry } from '../index-of-commands.ts'
import { usage } from '../parse.ts'
import { print } from '../print.ts'

/** `daemonic help`. */
export async function runHelp(given: Given): Promise<number> {
  await print(given.has('man') ? await (await import('../man.ts')).renderMan() : await explain(given.words))
  return exitCodes.ok
}

/** The help that is asked for. */
async function explain([word]: readonly string[]): Promise<string> {
  if (word === undefined) return renderOverview()
  if (word === 'exit-codes') return renderExitCodes()
  const entry = findEntry(word)
  if (entry !== undefined) return renderHelp(entry, await entry.load())
  const known = ['exit-codes', ...entries.map(({ name }) => name)]
  throw usage('', `There is no command '${word}'${didYouMean(word, known)}`)
}
