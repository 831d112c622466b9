import { serialize } from 'node:v8'
import { ArgumentError } from '../errors.ts'
import { showCall } from './refusals.ts'
import type { Call } from './work.ts'

/**
 * Clones the arguments into bytes that the daemon makes them from again.
 * @throws {ArgumentError} that says which one can't be cloned.
 */
export function cloneArguments(call: Call, args: readonly unknown[]): Uint8Array {
  try {
    return serialize(args)
  } catch (error) {
    throw nameArgument(call, args, error)
  }
}

/** Finds the argument that is to blame. */
function nameArgument(call: Call, args: readonly unknown[], error: unknown): ArgumentError {
  const index = args.findIndex((arg) => {
    try {
      serialize(arg)
      return false
    } catch {
      return true
    }
  })
  const why = (error as Error).message.split('\n', 1)[0]
  const remedy = 'give the daemon data, and make functions and handles of it there'
  return new ArgumentError(
    index,
    `Argument ${index + 1} of ${showCall(call)} can't be cloned (${why}): ${remedy}`,
    error,
  )
}
