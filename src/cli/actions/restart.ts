import { restartKept } from '../../keeper/ensure-kept.ts'
import { lookUp } from '../../lifecycle/look-up.ts'
import { isName } from '../../options/readers.ts'
import type { StartOptions } from '../../options/types.ts'
import type { Given } from '../command.ts'
import { forEachName } from '../names.ts'
import { usage } from '../parse.ts'
import { showProgress } from '../progress.ts'
import { readStart } from '../read-start.ts'
import { startNamed } from './start.ts'

/** `daemonic restart`. */
export async function runRestart(given: Given): Promise<number> {
  const asked = readReplacement(given)
  // All that is needed for a start is there: a name that is new is no error.
  if (asked !== undefined && isName(asked.name) && lookUp(asked.name) === undefined) return startNamed(given, asked)
  return forEachName(given, async (lookup) => {
    const progress = showProgress(lookup.name)
    try {
      const { pid } = await restartKept(lookup, asked, progress.onWait)
      progress.end()
      return { text: `${lookup.name} restarted (pid ${pid})`, data: { name: lookup.name, pid: pid ?? null } }
    } finally {
      progress.end()
    }
  })
}

/** What is to replace what was declared; nothing when it is to be restarted as it is. */
function readReplacement(given: Given): StartOptions | undefined {
  const [name, ...others] = given.words
  if (given.behind !== undefined) {
    if (name === undefined || others.length > 0) {
      throw usage(given.command, 'restart takes one NAME before -- and its new program behind it')
    }
    return readStart(given, given.behind, name)
  }
  const changed = given.options.find(({ name, sets }) => sets !== undefined && given.has(name))
  if (changed === undefined) return undefined
  throw usage(given.command, `--${changed.name} changes what was declared: give the program too, behind --`)
}
