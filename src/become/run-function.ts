import { setImmediate as turn } from 'node:timers/promises'
import type { Birth } from '../detach/boot/birth.cts'
import type { Arrival } from './arrive.ts'

/**
 * Runs the function with the launcher's arguments. Ready, unless that is left to the function, when its synchronous part
 * ran without throwing; an async function throws by a rejected promise, which shows one turn later.
 */
export async function runFunction<Args extends readonly unknown[], Result>(
  birth: Birth,
  { context, isReadyAtOnce }: Arrival,
  fn: (...args: Args) => Result,
): Promise<Awaited<Result>> {
  const args = (await readArguments(birth.payload)) as unknown as Args
  const running = (async (): Promise<Awaited<Result>> => await fn(...args))()
  running.catch((error: unknown) => birth.line.isOpen() && birth.line.failed(error))
  if (isReadyAtOnce) {
    await Promise.race([running, turn()])
    context.ready()
  }
  return running
}

/** Reads the arguments that the launcher cloned; no payload is no arguments. */
async function readArguments(payload: Buffer): Promise<unknown[]> {
  return payload.length === 0 ? [] : (await import('node:v8')).deserialize(payload)
}
