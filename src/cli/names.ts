import { findHome } from '../home/home.ts'
import { listNames } from '../home/records.ts'
import type { Lookup } from '../lifecycle/look-up.ts'
import { mustLookUp } from '../lifecycle/must-look-up.ts'
import type { Given } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { usage } from './parse.ts'
import { print } from './print.ts'

/** What came of doing something to one daemon. */
export interface Done {
  /** A line for people; undefined when there is nothing to say. */
  text: string | undefined
  /** The same for programs. */
  data: unknown
  code?: number
}

/**
 * Does something to all daemons that are named, at once, and tells of each as it is done.
 * @returns the highest of the exit codes.
 */
export async function forEachName(
  given: Given,
  act: (lookup: Lookup) => Promise<Done>,
  names: readonly string[] = namesOf(given),
): Promise<number> {
  const done = await Promise.all(names.map((name) => doOne(name, given, act)))
  const data = done.flatMap((one) => ('data' in one ? [one.data] : []))
  if (given.has('json')) await printData(data, names.length === 1 && !given.has('all'))
  return Math.max(exitCodes.ok, ...done.map(({ code }) => code ?? exitCodes.ok))
}

/** The daemons that are meant, each once. */
export function namesOf({ words, command, options, has }: Given): string[] {
  const [first] = words
  if (has('all')) {
    if (first === undefined) return allNames()
    throw usage(command, `--all leaves no room for '${first}'`)
  }
  if (first !== undefined) return [...new Set(words)]
  const isAllKnown = options.some(({ name }) => name === 'all')
  throw usage(command, `${command} needs the NAME of a daemon${isAllKnown ? ', or --all' : ''}`)
}

/** Does it to one daemon; an error is told, and the others go on. */
async function doOne(
  name: string,
  given: Given,
  act: (lookup: Lookup) => Promise<Done>,
): Promise<Done | { code: number }> {
  try {
    const done = await act(mustLookUp(name))
    if (done.text !== undefined && !given.has('json')) await print(done.text)
    return done
  } catch (error) {
    const { report } = await import('./report.ts')
    return { code: await report(error, given, name) }
  }
}

/** Prints what is for programs: of one daemon that was named alone an object, else a list. */
async function printData(data: readonly unknown[], isAlone: boolean): Promise<void> {
  if (isAlone && data.length === 0) return
  await print(JSON.stringify(isAlone ? data[0] : data, null, 2))
}

/** All names that there are. */
function allNames(): string[] {
  const home = findHome()
  return home === undefined ? [] : listNames(home)
}
