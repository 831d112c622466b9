import type { ErrorCode } from '../errors.ts'

/** Exit codes of the command line. From this table come `daemonic help exit-codes` and the page of the manual. */
export const exitCodes = {
  ok: 0,
  no: 1,
  usage: 2,
  notRunning: 3,
  unknown: 4,
  notFound: 5,
  startFailed: 6,
  timedOut: 7,
  refused: 8,
  killed: 9,
  inTheWay: 10,
  failed: 11,
  gaveUp: 12,
} as const

type ExitName = keyof typeof exitCodes

/** What each exit code means. */
export const meanings: Record<ExitName, string> = {
  ok: 'All is as it was asked for. status: it runs.',
  no: 'status: it died, or could not be started. audit: at least one item does not hold. call: the method threw an error.',
  usage: 'The command line is wrong.',
  notRunning: 'It is not running. status: it was stopped, or ended by itself with exit code 0, or never ran.',
  unknown:
    'It can not be told. status: there is no such daemon. wait: nobody knows how it ended. audit: no such process.',
  notFound: 'There is no daemon with that name.',
  startFailed: 'It ended or failed before it was ready. Nothing of it is left.',
  timedOut: 'The time was over: it was not ready, or with wait, had not ended.',
  refused: 'This user may not do that, or the folder that daemons live in is not safe or not writable.',
  killed: 'stop: it is stopped, but something of it had to be killed.',
  inTheWay: 'A running daemon is in the way: with other options (start), or not stopped yet (forget).',
  gaveUp: 'wait: its keeper has given it up, because it failed too often.',
  failed: 'It failed in another way; the sentence on standard error says how.',
}

/** The exit code for each error. */
export const exitCodeOf: Record<ErrorCode, number> = {
  INVALID_OPTION: exitCodes.usage,
  NOT_PERMITTED: exitCodes.refused,
  NOT_REPEATABLE: exitCodes.failed,
  NOT_CLONEABLE: exitCodes.failed,
  ALREADY_RUNNING: exitCodes.inTheWay,
  ALREADY_A_DAEMON: exitCodes.failed,
  NOT_A_DAEMON: exitCodes.failed,
  START_FAILED: exitCodes.startFailed,
  START_TIMEOUT: exitCodes.timedOut,
  UNSUPPORTED_PLATFORM: exitCodes.failed,
  NOT_FOUND: exitCodes.notFound,
  NOT_RUNNING: exitCodes.notRunning,
  SPEC_DIFFERS: exitCodes.inTheWay,
  NOT_RESTARTABLE: exitCodes.failed,
  STOP_FAILED: exitCodes.failed,
  HOME_UNSAFE: exitCodes.refused,
  HOME_UNUSABLE: exitCodes.refused,
  NOT_ROTATED: exitCodes.failed,
  NOT_KEPT: exitCodes.failed,
  NOT_A_METHOD: exitCodes.usage,
  TOO_LARGE: exitCodes.failed,
  SERVICE_LOST: exitCodes.failed,
  SERVICE_REPLACED: exitCodes.failed,
  SERVICE_DIFFERS: exitCodes.failed,
  SERVICE_UNRESPONSIVE: exitCodes.timedOut,
  SERVICE_UNREACHABLE: exitCodes.failed,
  DISCONNECTED: exitCodes.failed,
  NO_SUCH_PROCESS: exitCodes.unknown,
  NOT_READABLE: exitCodes.unknown,
}

/** The exit code of a shell for a program that a signal ended is 128 and the signal's number. */
export const signalled = 128
