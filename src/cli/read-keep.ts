import type { KeepOptions } from '../options/types.ts'
import type { Given } from './command.ts'
import { usage } from './parse.ts'
import { readHealthWords } from './read-health.ts'
import { readTimeWord } from './read-values.ts'

/** Reads how a daemon is kept. */
export function readKeepWords(given: Given): KeepOptions {
  return {
    keep: given.has('keep') ? true : undefined,
    restart: given.text('restart') as KeepOptions['restart'],
    success: readSuccess(given.text('success')),
    backoff: readBackoff(given),
    stableAfter: readTimeWord(given, 'stable-after'),
    restartLimit: readRestartLimit(given),
    ...readHealthWords(given),
  }
}

/** Reads exit codes and signals. */
function readSuccess(list: string | undefined): KeepOptions['success'] {
  if (list === undefined) return undefined
  const words = list.split(',')
  const isCode = (word: string): boolean => /^\d+$/.test(word)
  return {
    exitCodes: words.filter(isCode).map(Number),
    signals: words.filter((word) => !isCode(word)) as NodeJS.Signals[],
  }
}

/** Reads the shortest and the longest wait. */
function readBackoff(given: Given): KeepOptions['backoff'] {
  const text = given.text('backoff')
  if (text === undefined) return undefined
  const [, from, to] = /^(\d+(?:\.\d+)?(?:ms|s|m|h|d))\.\.(\d+(?:\.\d+)?(?:ms|s|m|h|d))$/.exec(text) ?? []
  if (from === undefined) throw usage(given.command, `Expected --backoff to be such as 100ms..30s, got '${text}'`)
  return { from, to }
}

/** Reads how often a daemon may be started again. */
function readRestartLimit(given: Given): KeepOptions['restartLimit'] {
  const text = given.text('restart-limit')
  if (text === undefined) return undefined
  const [, restarts, within, slow] = /^(\d+)\/(\d+(?:\.\d+)?(?:ms|s|m|h|d))(,slow)?$/.exec(text) ?? []
  if (restarts === undefined) {
    throw usage(given.command, `Expected --restart-limit to be such as 10/1m or 10/1m,slow, got '${text}'`)
  }
  return { restarts: Number(restarts), within, ...(slow === undefined ? {} : { then: 'slow' }) }
}
