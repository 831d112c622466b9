export type { Daemonizer } from './become/daemonizer.ts'
export { createDaemon, currentDaemon, daemonize, daemonizeFunc } from './become/verbs.ts'
export type { DaemonContext } from './detach/context.ts'
export {
  AlreadyRunningError,
  ArgumentError,
  DaemonicError,
  type Difference,
  type ErrorCode,
  errorCodes,
  InvalidOptionError,
  NotPermittedError,
  ServiceError,
  type ServiceFacts,
  ServiceLostError,
  SpecDiffersError,
  StartError,
  type StartFailure,
  type StartStep,
  StartTimeoutError,
} from './errors.ts'
export { findDaemon, listDaemons, startDaemon } from './keeper/manage.ts'
export type { Daemon, Ended } from './lifecycle/daemon.ts'
export type { LogOptions } from './lifecycle/logs.ts'
export type { DaemonStatus } from './lifecycle/status.ts'
export type { Stopped } from './lifecycle/stop.ts'
export type { StopOptions } from './lifecycle/stop-plan.ts'
export type { DaemonPhase, DaemonSummary } from './lifecycle/summarize.ts'
export type {
  Backoff,
  DaemonOptions,
  Duration,
  Health,
  KeepOptions,
  Limit,
  Limits,
  NameOptions,
  Ready,
  RestartLimit,
  RestartPolicy,
  Rotate,
  Size,
  StartOptions,
  StopScope,
  Success,
} from './options/types.ts'
