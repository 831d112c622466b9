import { DaemonicError } from '../../errors.ts'
import { mustLookUp } from '../../lifecycle/must-look-up.ts'
import { callService } from '../../service/manage.ts'
import type { Given } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { usage } from '../parse.ts'
import { print, printError } from '../print.ts'
import { toJson } from '../to-json.ts'

/** `daemonic call`. */
export async function runCall(given: Given): Promise<number> {
  const [name, method, ...words] = given.words
  if (name === undefined) throw usage(given.command, 'call needs the NAME of a service and a METHOD')
  if (method === undefined) throw usage(given.command, `call needs the METHOD of ${name} that is meant`)
  const args = words.map((word, index) => readArgument(word, index, given.command))
  const lookup = mustLookUp(name)
  try {
    await printResult(await callService(lookup, method, args))
    return exitCodes.ok
  } catch (error) {
    if (error instanceof DaemonicError) throw error
    await printThrown(error, `${name} ${method}`, given)
    return exitCodes.no
  }
}

/** Reads an argument. */
function readArgument(word: string, index: number, command: string): unknown {
  try {
    return JSON.parse(word)
  } catch {
    const remedy = /["{}[\]]/.test(word) ? '' : `; for the text write '"${word}"'`
    throw usage(command, `Expected argument ${index + 1} of the method to be JSON, got '${word}'${remedy}`)
  }
}

/** Prints a result, or each item of a stream as it comes, as long as somebody reads. */
async function printResult(result: unknown): Promise<void> {
  if (typeof result !== 'object' || result === null || !(Symbol.asyncIterator in result)) {
    if (result !== undefined) await print(toJson(result))
    return
  }
  for await (const item of result as AsyncIterable<unknown>) {
    if (!(await print(toJson(item)))) return
  }
}

/** Tells of what the method threw. */
async function printThrown(error: unknown, what: string, given: Given): Promise<void> {
  const { name, message, code } = (error ?? {}) as { name?: string; message?: string; code?: unknown }
  const text = error instanceof Error ? `${name}: ${message}` : toJson(error)
  if (given.has('json')) await printError(JSON.stringify({ error: { code: code ?? 'THROWN', name, message: text } }))
  else await printError(`daemonic: ${what} threw ${text}`)
}
