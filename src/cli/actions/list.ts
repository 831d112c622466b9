import { findHome } from '../../home/home.ts'
import { listNames } from '../../home/records.ts'
import { lookUpAll } from '../../lifecycle/look-up.ts'
import { summarize } from '../../lifecycle/summarize.ts'
import type { Given } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { styleOf } from '../paint.ts'
import { usage } from '../parse.ts'
import { print } from '../print.ts'
import { renderList } from '../render-list.ts'

/** `daemonic list`. */
export async function runList(given: Given): Promise<number> {
  const [word] = given.words
  if (word !== undefined) throw usage(given.command, `list takes no '${word}': daemonic status ${word} tells of one`)
  if (given.has('names')) await printNames()
  else if (given.has('watch')) return (await import('./watch.ts')).watchList(given.has('json'))
  else {
    const daemons = await summarize(lookUpAll())
    await print(given.has('json') ? JSON.stringify(daemons, null, 2) : renderList(daemons, styleOf(process.stdout)))
  }
  return exitCodes.ok
}

/** Prints the names alone, for the completion of shells. */
async function printNames(): Promise<void> {
  const home = findHome()
  const names = home === undefined ? [] : listNames(home)
  if (names.length > 0) await print(names.join('\n'))
}
