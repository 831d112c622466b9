import { constants } from 'node:os'
import { signalDaemon } from '../../lifecycle/daemon.ts'
import { didYouMean } from '../../options/suggest.ts'
import type { Given } from '../command.ts'
import { forEachName } from '../names.ts'
import { usage } from '../parse.ts'

/** `daemonic signal`. */
export function runSignal(given: Given): Promise<number> {
  const [first, ...others] = given.words
  if (first === undefined || others.length === 0)
    throw usage(given.command, 'signal needs a SIGNAL and the NAME of a daemon')
  const signal = readSignalWord(first)
  if (signal !== undefined) return send(given, signal, others)
  const last = readSignalWord(others.at(-1) ?? '')
  if (last !== undefined) return send(given, last, given.words.slice(0, -1))
  const offer = didYouMean(first.toUpperCase().replace(/^SIG/, ''), signalNames())
  throw usage(given.command, `There is no signal '${first}'${offer}`)
}

/** `daemonic reload`. */
export function runReload(given: Given): Promise<number> {
  return send(given, 'SIGHUP', given.words)
}

/** Sends a signal to all that are named. */
function send(given: Given, signal: NodeJS.Signals, names: readonly string[]): Promise<number> {
  const act = async (lookup: Parameters<typeof signalDaemon>[0]): ReturnType<Parameters<typeof forEachName>[1]> => {
    await signalDaemon(lookup, signal)
    return { text: `${lookup.name}: sent ${signal}`, data: { name: lookup.name, signal } }
  }
  return forEachName(given, act, names)
}

/** Reads a signal; nothing when the word is none. */
function readSignalWord(word: string): NodeJS.Signals | undefined {
  const entries = Object.entries(constants.signals) as [NodeJS.Signals, number][]
  const name = `SIG${word.toUpperCase().replace(/^SIG/, '')}`
  return entries.find(([signal, number]) => signal === name || String(number) === word)?.[0]
}

/** The names of all signals, without SIG. */
export function signalNames(): string[] {
  return Object.keys(constants.signals).map((name) => name.slice(3))
}
