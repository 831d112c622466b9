/** Every code that an error of this package carries, and when. Codes are stable; sentences may change. */
export const errorCodes = {
  INVALID_OPTION: 'an option is unknown, has a wrong type or value, or names something that cannot be used',
  NOT_PERMITTED: 'an option needs rights that this process does not have',
  NOT_REPEATABLE: 'this program cannot be run again, so it cannot go on as a daemon',
  NOT_CLONEABLE: 'an argument cannot be carried over to the daemon by structured clone',
  ALREADY_RUNNING: 'another process holds the pid file',
  ALREADY_A_DAEMON: 'a verb was called a second time, by the daemon itself',
  NOT_A_DAEMON: 'currentDaemon() was called in a process that is no daemon',
  START_FAILED: 'the daemon failed before it was ready',
  START_TIMEOUT: 'the daemon was not ready in time',
  UNSUPPORTED_PLATFORM: 'this is no Unix, or no Node',
  NOT_FOUND: 'there is no daemon with that name',
  NOT_RUNNING: 'the daemon is not running',
  SPEC_DIFFERS: 'the name belongs to a running daemon that was started with other options',
  NOT_RESTARTABLE: 'what was declared for the daemon is lost, or can only be started by its own program',
  STOP_FAILED: 'something of the daemon does not end',
  HOME_UNSAFE: 'the folder that daemons live in is open to others, or is no folder of this user',
  HOME_UNUSABLE: 'the folder that daemons live in cannot be made or written to',
  NOT_ROTATED: 'the log was not rotated; nothing of it is lost',
  NOT_KEPT: 'the daemon runs, but its keeper does not: it will not be started again',
  NOT_A_METHOD: 'the service has no such method',
  TOO_LARGE: 'a message to or from a service is longer than it may be',
  SERVICE_LOST: 'the service ended while it ran a call, which may have been done or not',
  SERVICE_REPLACED: 'a newer version of the service has taken over from the one that this client is of',
  SERVICE_DIFFERS: 'what answers is another program, another service, or another version of daemonic',
  SERVICE_UNRESPONSIVE: 'the service is there and does not answer: it is stopped, or busy',
  SERVICE_UNREACHABLE: 'the service runs, and there is no way to it: its socket is gone or not accessible',
  DISCONNECTED: 'the client was disconnected before the call',
  NO_SUCH_PROCESS: 'there is no process with that pid',
  NOT_READABLE: 'the process or the log is there, but this user may not look at it',
} as const

export type ErrorCode = keyof typeof errorCodes

/**
 * The steps of a start, in their order. A failed start names the one it failed in.
 *
 * `exec` is finding a command, and later starting it; `lock`, `limits` and `trampoline` come before the daemon exists; `boot`
 * is Node coming up in it; `claim` takes its name; `program` is the user's code before the call; `call` is the arrival at
 * the call; then what the options ask for, one by one; `module` is the evaluation of a module; `run` is the function itself,
 * the code after the call, or the command, until the daemon is ready.
 */
export type StartStep =
  | 'lock'
  | 'limits'
  | 'trampoline'
  | 'boot'
  | 'claim'
  | 'pidFile'
  | 'watchdog'
  | 'program'
  | 'call'
  | 'nice'
  | 'umask'
  | 'workingDir'
  | 'streams'
  | 'title'
  | 'privileges'
  | 'module'
  | 'exec'
  | 'run'

/** The base of every error that this package throws. */
export class DaemonicError extends Error {
  readonly code: ErrorCode

  constructor(code: ErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** An option that can't be used. Thrown by the launcher before anything is started. */
export class InvalidOptionError extends DaemonicError {
  readonly option: string
  readonly value: unknown

  constructor(option: string, value: unknown, message: string, cause?: unknown) {
    super('INVALID_OPTION', message, cause)
    this.option = option
    this.value = value
  }
}

/** An option that only root may use. Thrown by the launcher before anything is started. */
export class NotPermittedError extends DaemonicError {
  readonly option: string
  readonly value: unknown

  constructor(option: string, value: unknown, message: string) {
    super('NOT_PERMITTED', message)
    this.option = option
    this.value = value
  }
}

/** An argument that structured clone refuses. `index` counts from 0. */
export class ArgumentError extends DaemonicError {
  readonly index: number

  constructor(index: number, message: string, cause: unknown) {
    super('NOT_CLONEABLE', message, cause)
    this.index = index
  }
}

/** Another process holds the name or the pid file. `pid` is undefined when that process has not yet written it. */
export class AlreadyRunningError extends DaemonicError {
  readonly pid: number | undefined
  /** What it holds: one of the two. */
  readonly pidFile: string | undefined
  readonly daemon: string | undefined

  constructor(held: { pidFile: string } | { daemon: string }, pid: number | undefined) {
    const who = pid === undefined ? 'a process that is starting or leaving' : `process ${pid}`
    const what = 'pidFile' in held ? `holds the pid file ${held.pidFile}` : `is the daemon '${held.daemon}' already`
    const other = 'pidFile' in held ? 'pid file' : 'name'
    super('ALREADY_RUNNING', `not started: ${who} ${what}; stop it first, or use another ${other}`)
    this.pid = pid
    this.pidFile = 'pidFile' in held ? held.pidFile : undefined
    this.daemon = 'daemon' in held ? held.daemon : undefined
  }
}

/** One option of a running daemon that is not as it is asked for. Values of variables are not told. */
export interface Difference {
  option: string
  running: string
  asked: string
}

/** The name belongs to a running daemon that was started with other options. */
export class SpecDiffersError extends DaemonicError {
  readonly daemon: string
  readonly pid: number | undefined
  readonly differences: readonly Difference[]

  constructor(daemon: string, pid: number | undefined, differences: readonly Difference[]) {
    const lines = differences.map(
      ({ option, running, asked }) => `  ${option}: it runs with ${running}, asked for is ${asked}`,
    )
    super(
      'SPEC_DIFFERS',
      `${daemon} is running (pid ${pid}), and it was started otherwise: restart it to change that\n${lines.join('\n')}`,
    )
    this.daemon = daemon
    this.pid = pid
    this.differences = differences
  }
}

/** What is known of a daemon that did not become ready. */
export interface StartFailure {
  /** Where it failed. */
  step: StartStep
  /** The daemon's pid, when it got as far as having one. */
  pid?: number | undefined
  /** Its exit code, when it ended by itself. */
  exitCode?: number | undefined
  /** The signal that ended a command. */
  signal?: string | undefined
  /** The last lines that it wrote to stdout and stderr, wherever they went; '' when it wrote none. */
  output: string
}

/** The daemon failed before it was ready. The original error, when there is one, is the `cause`. Nothing is left running. */
export class StartError extends DaemonicError implements StartFailure {
  readonly step: StartStep
  readonly pid: number | undefined
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly output: string

  constructor(message: string, failure: StartFailure, cause?: unknown, code: ErrorCode = 'START_FAILED') {
    super(code, failure.output === '' ? message : `${message}\n--- the last it wrote:\n${failure.output}\n---`, cause)
    this.step = failure.step
    this.pid = failure.pid
    this.exitCode = failure.exitCode
    this.signal = failure.signal
    this.output = failure.output
    // It stands in the message already: hidden, it is not printed twice when the error is uncaught.
    Object.defineProperty(this, 'output', { enumerable: false })
  }
}

/** The daemon was not ready within `startTimeout` milliseconds. It has been ended. */
export class StartTimeoutError extends StartError {
  readonly startTimeout: number

  constructor(message: string, failure: StartFailure, startTimeout: number) {
    super(message, failure, undefined, 'START_TIMEOUT')
    this.startTimeout = startTimeout
  }
}

/** What is known of a service that could not be reached, or was lost. */
export interface ServiceFacts {
  /** The name of its daemon: `daemonic status` and `daemonic logs` know it by that. */
  daemon: string
  pid: number | undefined
  /** The file that its output goes to. */
  log: string
}

/** A service can't be reached, does not answer, or is another one than was asked for. */
export class ServiceError extends DaemonicError implements ServiceFacts {
  readonly daemon: string
  readonly pid: number | undefined
  readonly log: string

  constructor(code: ErrorCode, message: string, { daemon, pid, log }: ServiceFacts, cause?: unknown) {
    super(code, message, cause)
    this.daemon = daemon
    this.pid = pid
    this.log = log
  }
}

/** The service ended, or was killed, while it ran a call. Nothing is sent twice, so nobody knows whether it was done. */
export class ServiceLostError extends ServiceError {
  readonly method: string

  constructor(method: string, facts: ServiceFacts) {
    const message = `${facts.daemon} (pid ${facts.pid}) ended while it ran ${method}(): it may have been done, or not; its log is ${facts.log}`
    super('SERVICE_LOST', message, facts)
    this.method = method
  }
}

// On the prototype, so that an uncaught error prints its name once and not as a property beside it.
for (const errorClass of [
  DaemonicError,
  InvalidOptionError,
  NotPermittedError,
  ArgumentError,
  AlreadyRunningError,
  SpecDiffersError,
  StartError,
  StartTimeoutError,
  ServiceError,
  ServiceLostError,
]) {
  Object.defineProperty(errorClass.prototype, 'name', { value: errorClass.name, configurable: true, writable: true })
}
