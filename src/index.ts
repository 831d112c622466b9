export { currentDaemon, type DaemonContext } from './become/context.ts'
export { createDaemon } from './become/create-daemon.ts'
export { type Daemonizer, daemonize } from './become/daemonize.ts'
export { daemonizeFunc } from './become/daemonize-func.ts'
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
