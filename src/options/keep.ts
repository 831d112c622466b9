import { keepingDefaults as defaults } from './complete.ts'
import { readObject } from './read-object.ts'
import { invalid, isWhole, type Reader, readChoice, readDuration, readFlag, readSignal } from './readers.ts'
import type { NormalOptions } from './types.ts'

/** When a daemon that ended is started again. */
export const readRestart: Reader<NormalOptions['restart']> = readChoice('no', 'on-failure', 'always')

/** The waits before a daemon is started again. */
export const readBackoff: Reader<NormalOptions['backoff']> = (value, option) => {
  const backoff = {
    ...defaults.backoff,
    ...readObject<NormalOptions['backoff']>(value, option, {
      from: readDuration,
      to: readDuration,
      factor: (factor, name) => {
        if (typeof factor === 'number' && factor >= 1 && factor <= 100) return factor
        throw invalid(name, factor, 'a number from 1 to 100')
      },
      jitter: readFlag,
    }),
  }
  if (backoff.from <= backoff.to) return backoff
  throw invalid(`${option}.to`, backoff.to, `no shorter than 'from', ${backoff.from} ms`)
}

/** What counts as success, besides exit code 0. */
export const readSuccess: Reader<NormalOptions['success']> = (value, option) => ({
  ...defaults.success,
  ...readObject<NormalOptions['success']>(value, option, {
    exitCodes: readListOf((code, name) => {
      if (isWhole(code, 0, 255)) return code
      throw invalid(name, code, 'an exit code from 0 to 255')
    }),
    signals: readListOf(readSignal),
  }),
})

/** How often a daemon may be started again. */
export const readRestartLimit: Reader<NormalOptions['restartLimit']> = (value, option) => ({
  ...defaults.restartLimit,
  ...readObject<NormalOptions['restartLimit']>(value, option, {
    restarts: (restarts, name) => {
      if (isWhole(restarts, 1, 50)) return restarts
      throw invalid(name, restarts, 'a whole number from 1 to 50')
    },
    within: readDuration,
    then: readChoice('give-up', 'slow'),
  }),
})

/** Reads a list. */
export function readListOf<Value>(read: Reader<Value>): Reader<Value[]> {
  return (value, option) => {
    if (!Array.isArray(value)) throw invalid(option, value, 'an array')
    return value.map((one, index) => read(one, `${option}[${index}]`))
  }
}
