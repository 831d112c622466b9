import { createRequire } from 'node:module'
import { DaemonicError } from '../errors.ts'
import { isWorker } from '../system/unix.ts'
import type * as environment from './birth-environment.cts'

// Required, and not imported, for the reason that process-table.ts gives.
const code = createRequire(import.meta.url)('./birth-environment.cjs') as typeof environment

export const inheritedEnvironment: typeof environment.inheritedEnvironment = code.inheritedEnvironment
export const isSessionVariable: typeof environment.isSessionVariable = code.isSessionVariable
export const withoutInspectorFlags: typeof environment.withoutInspectorFlags = code.withoutInspectorFlags

/**
 * Makes the command that runs this program once more: the same interpreter, flags and arguments.
 * Left out are the flags of the inspector, whose port is taken.
 * @throws {DaemonicError} NOT_REPEATABLE, when the program came from somewhere that can't be read twice.
 */
export function rerunCommand(): string[] {
  if (isWorker()) throw notRepeatable('it called from a worker thread; call from the main thread')
  const flags = withoutInspectorFlags(process.execArgv)
  const [, ...words] = process.argv
  if (flags.some(isEval)) return [process.execPath, ...flags, ...(words.length > 0 ? ['--', ...words] : [])]
  if (flags.includes('-i') || flags.includes('--interactive')) throw notRepeatable('it is a REPL; put it into a file')
  if (words.length === 0 || words[0] === '-') {
    throw notRepeatable('it was read from standard input, or typed into a REPL; put it into a file')
  }
  return [process.execPath, ...flags, ...words]
}

/** Is this the flag whose code is the program? */
function isEval(flag: string): boolean {
  return /^(?:-e|-p|-pe|--eval|--print)$|^--(?:eval|print)=/.test(flag)
}

/** The error for a program that can't go on as a daemon. */
function notRepeatable(why: string): DaemonicError {
  return new DaemonicError(
    'NOT_REPEATABLE',
    `A daemon runs its program once more, up to the call; this one can't be run again: ${why}`,
  )
}
