import { ArgumentError } from '../errors.ts'
import { type Call, showCall } from './work.ts'

/**
 * Clones the arguments into bytes that the daemon makes them from again; none for no arguments.
 * @throws {ArgumentError} that says which one can't be cloned.
 */
export async function cloneArguments(call: Call, args: readonly unknown[]): Promise<Uint8Array> {
  if (args.length === 0) return new Uint8Array()
  const { serialize } = await import('node:v8')
  try {
    return serialize(args)
  } catch (error) {
    throw nameArgument(call, args, serialize, error)
  }
}

/** Finds the argument that is to blame. */
function nameArgument(
  call: Call,
  args: readonly unknown[],
  serialize: (value: unknown) => Uint8Array,
  error: unknown,
): ArgumentError {
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
