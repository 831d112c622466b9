import { constants } from 'node:os'
import { type Ended, waitForEnd } from '../../lifecycle/daemon.ts'
import type { Lookup } from '../../lifecycle/look-up.ts'
import { readDuration } from '../../options/readers.ts'
import type { Given } from '../command.ts'
import { exitCodes, signalled } from '../exit-codes.ts'
import { forEachName } from '../names.ts'
import { readTimeWord } from '../read-values.ts'

/** `daemonic wait`. */
export function runWait(given: Given): Promise<number> {
  const text = readTimeWord(given, 'timeout')
  const timeout = text === undefined ? undefined : readDuration(text, '--timeout')
  return forEachName(given, async (lookup) => {
    const ended = await waitAtMost(lookup, timeout)
    const { name } = lookup
    if (ended === undefined) {
      return { text: `${name} has not ended within ${text}`, data: { name, ended: false }, code: exitCodes.timedOut }
    }
    const { code = null, signal = null, stopped, givenUp } = ended
    return {
      text: describeEnd(name, ended),
      data: { name, ended: true, code, signal, stopped, givenUp },
      code: givenUp ? exitCodes.gaveUp : exitCodeOfEnd(ended),
    }
  })
}

/** Waits until it has ended; nothing, when the time was over. */
async function waitAtMost(lookup: Lookup, timeout: number | undefined): Promise<Ended | undefined> {
  const signal = timeout === undefined ? undefined : AbortSignal.timeout(timeout)
  try {
    return await waitForEnd(lookup, signal)
  } catch (error) {
    if (signal?.aborted === true) return undefined
    throw error
  }
}

/** The exit code that stands for the end of a daemon. */
export function exitCodeOfEnd({ code, signal, stopped }: Ended): number {
  if (code !== undefined) return code
  if (signal !== undefined) return signalled + (constants.signals[signal as NodeJS.Signals] ?? 0)
  return stopped ? exitCodes.ok : exitCodes.unknown
}

/** Says how it ended. */
function describeEnd(name: string, { code, signal, stopped, givenUp }: Ended): string {
  const verb = stopped ? 'was stopped' : givenUp ? 'failed too often, and is given up: it ended last' : 'ended'
  if (code !== undefined) return `${name} ${verb} with exit code ${code}`
  if (signal !== undefined) return `${name} ${verb} by ${signal}`
  return stopped ? `${name} was stopped` : `${name} ended; nobody knows how`
}
