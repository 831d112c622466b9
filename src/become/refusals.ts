import { DaemonicError, InvalidOptionError } from '../errors.ts'
import type { Call } from './work.ts'

/** The error for becoming a daemon twice: to run again up to the second call would be to meet the first. */
export function secondCall(call: Call): DaemonicError {
  const message = `${showCall(call)}: this process (pid ${process.pid}) is a daemon already; currentDaemon() gives its context`
  return new DaemonicError('ALREADY_A_DAEMON', message)
}

/** The error for a program that took another path in the daemon. */
export function otherCall(expected: Call, reached: Call): Error {
  const path = `run again as the daemon the program reached ${showCall(reached)}`
  return new Error(`the launcher called ${showCall(expected)}, but ${path}`)
}

/** Shows a call in an error. */
export function showCall({ verb, name }: Call): string {
  return name === '' ? `${verb}()` : `${verb}(${name})`
}

/** The error for a program that makes itself a daemon, and wants to be kept: nobody but itself can start it. */
export function notKept(): InvalidOptionError {
  const message =
    'keep: a program that makes itself a daemon is not kept; start it by startDaemon(), or by daemonic start --keep'
  return new InvalidOptionError('keep', true, message)
}
