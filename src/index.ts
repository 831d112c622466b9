export type { DaemonContext } from './become/context.ts'
export type { Daemonizer } from './become/daemonizer.ts'
export { createDaemon, currentDaemon, daemonize, daemonizeFunc } from './become/verbs.ts'
export {
  AlreadyRunningError,
  ArgumentError,
  DaemonicError,
  type ErrorCode,
  errorCodes,
  InvalidOptionError,
  NotPermittedError,
  StartError,
  type StartFailure,
  type StartStep,
  StartTimeoutError,
} from './errors.ts'
export type { DaemonOptions, Duration, Limit, Limits, Size } from './options/types.ts'
