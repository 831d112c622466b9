/** A duration: milliseconds, or a string such as `'500ms'`, `'10s'`, `'5m'`, `'1h'`. */
export type Duration = number | string

/** A size: bytes, or a string such as `'64KB'`, `'512MB'`, `'2GB'` (1 KB is 1,024 bytes). */
export type Size = number | string

/** One resource limit: a value for both the soft and the hard limit, or one for each. */
export type Limit<Value> = Value | 'unlimited' | { soft: Value | 'unlimited'; hard: Value | 'unlimited' }

/** Resource limits by the names of setrlimit(2). What is not given is inherited. */
export interface Limits {
  /** Address space. */
  as?: Limit<Size> | undefined
  /** Size of a core file, rounded down to 512 bytes; 0 means none is written. */
  core?: Limit<Size> | undefined
  /** Processor time, in seconds. */
  cpu?: Limit<number> | undefined
  /** Data segment. */
  data?: Limit<Size> | undefined
  /** Size of a file that the daemon writes, rounded down to 512 bytes. */
  fsize?: Limit<Size> | undefined
  /** Memory locked into RAM. */
  memlock?: Limit<Size> | undefined
  /** Open files. Node raises its own soft limit to the hard one when it boots. */
  nofile?: Limit<number> | undefined
  /** Processes of the user. */
  nproc?: Limit<number> | undefined
  /** Stack of the main thread. */
  stack?: Limit<Size> | undefined
}

/**
 * When a daemon is ready.
 * `'auto'`: a call is reached and, for a function, its synchronous part ran; a module has been evaluated to its end; a
 * command runs. `'exec'`: it runs. `'manual'`: it calls `currentDaemon().ready()`. `{ fd }`: it writes a newline to this
 * descriptor, whose number is in `DAEMONIC_NOTIFY_FD` as well (the protocol of s6). `{ port, host }`: it accepts connections
 * (host: `'127.0.0.1'`, then `'::1'`). `{ socket }`: the same, for a Unix socket. `{ http }`: a GET of this URL is answered
 * with 200 to 399. `{ log }`: a line of its output matches. `{ file }`: the file exists, and is not older than the start.
 */
export type Ready =
  | 'auto'
  | 'exec'
  | 'manual'
  | { fd: number }
  | { port: number; host?: string | undefined }
  | { socket: string }
  | { http: string | URL }
  | { log: RegExp | string }
  | { file: string }

/** What a stop ends: all that descends from the daemon, its process group, or its main process alone. */
export type StopScope = 'tree' | 'group' | 'main'

/** What is known of every daemon that has a name. */
export interface NameOptions {
  /** Name, by which it is found, stopped and started once: `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`. */
  name?: string | undefined
  /** Signal that asks it to stop. Default `'SIGTERM'`. */
  stopSignal?: NodeJS.Signals | undefined
  /** How long it has from then on, until what is left of it is killed. Default `'10s'`. */
  stopTimeout?: Duration | undefined
  /** What a stop ends. Default `'tree'`. */
  stopScope?: StopScope | undefined
}

/** How a program becomes a daemon. Everything is optional. */
export interface DaemonOptions extends NameOptions {
  /** File that standard output is appended to, relative to `workingDir`. Created 0640. Default `'/dev/null'`. */
  stdout?: string | undefined
  /** File that standard error is appended to, relative to `workingDir`. Created 0640. Default `'/dev/null'`. */
  stderr?: string | undefined
  /** Directory that the daemon works in. Default `'.'`, the launcher's. */
  workingDir?: string | undefined
  /** File mode creation mask, as a number or an octal string such as `'022'`. Default 0. */
  umask?: number | string | undefined
  /** The daemon's whole environment. Default: the launcher's, without what belongs to a terminal or to npm. */
  env?: Readonly<Record<string, string | undefined>> | undefined
  /** Is `env` added to the launcher's environment, instead of being all? Default false. */
  extendEnv?: boolean | undefined
  /** File of `NAME=value` lines, read at each start, whose variables are added to the environment. `env` goes before it. */
  envFile?: string | undefined
  /** User to run as, by name or id, with its supplementary groups. Needs root. */
  user?: string | number | undefined
  /** Group to run as, by name or id. Default: the user's own. Needs root. */
  group?: string | number | undefined
  /** Resource limits. Default: inherited. */
  limits?: Readonly<Limits> | undefined
  /** Niceness, from -20 (first) to 19 (last). Default: inherited. */
  nice?: number | undefined
  /** Title of the process, as `ps` shows it. Default: its command line. */
  title?: string | undefined
  /** Open descriptors above 2 that the daemon keeps, at the same numbers. Default: none. */
  preserveFds?: readonly number[] | undefined
  /** File for the daemon's pid, relative to `workingDir`: locked for the daemon's life, so that there is one. Created 0644. */
  pidFile?: string | undefined
  /** When the daemon is ready and its launcher may leave. Default `'auto'`. */
  ready?: Ready | undefined
  /** How long the launcher waits until the daemon is ready. Default `'30s'`. */
  startTimeout?: Duration | undefined
}

/** Which service a daemon is: what has all of these in common is one. */
export interface ServiceIdentity {
  name: string
  version: string
  /** Does a newer version take over from an older one, instead of running beside it? */
  replace: boolean
  /** Node and its major version, such as `'node22'`. */
  runtime: string
  /** Variables that are a part of it; null for one that is not set. */
  variables: Readonly<Record<string, string | null>>
}

/** When a daemon that ended is started again. */
export type RestartPolicy = 'no' | 'on-failure' | 'always'

/** How long it is waited before a daemon is started again: first `from`, each time `factor` times as long, at the most `to`. */
export interface Backoff {
  /** Default `'100ms'`. */
  from?: Duration | undefined
  /** Default `'30s'`. */
  to?: Duration | undefined
  /** Default 2. */
  factor?: number | undefined
  /** Is each wait made longer at random, by up to a quarter, so that what failed together does not come together? Default true. */
  jitter?: boolean | undefined
}

/** How an end looks that is none by failure, besides exit code 0. */
export interface Success {
  exitCodes?: readonly number[] | undefined
  signals?: readonly NodeJS.Signals[] | undefined
}

/** How often a daemon may be started again. */
export interface RestartLimit {
  /** Default 10. */
  restarts?: number | undefined
  /** Default `'1m'`. */
  within?: Duration | undefined
  /** What happens then: it is given up, or tried on at the longest wait. Default `'give-up'`. */
  then?: 'give-up' | 'slow' | undefined
}

/** When a health check counts, and for how much. */
interface HealthTimes {
  /** How long from one check to the next. Default `'10s'`. */
  interval?: Duration | undefined
  /** How long one may take. Default `'5s'`. */
  timeout?: Duration | undefined
  /** How many in a row have to fail. Default 3. */
  failures?: number | undefined
  /** For how long after its start failures do not count, unless a check has succeeded. 0 for none. Default `'30s'`. */
  startPeriod?: Duration | undefined
}

/**
 * How it is looked whether a daemon is well. `{ http }`: a GET of this URL is answered with 200 to 399. `{ port, host }`: it accepts
 * connections (host: `'127.0.0.1'`, then `'::1'`). `{ socket }`: the same, for a Unix socket. `{ command }`: this program and its
 * arguments, run in the daemon's folder and environment, ends with 0.
 */
export type Health = HealthTimes &
  (
    | { http: string | URL }
    | { port: number; host?: string | undefined }
    | { socket: string }
    | { command: readonly string[] }
  )

/** How a daemon is kept alive. Any of these but `keep: false` implies `keep: true`. */
export interface KeepOptions {
  /** Is it watched by the keeper, and started again when it ends? Default false. */
  keep?: boolean | undefined
  /** When it is started again. Default `'on-failure'`. */
  restart?: RestartPolicy | undefined
  /** What counts as success, besides exit code 0. */
  success?: Success | undefined
  /** How long it is waited before. */
  backoff?: Backoff | undefined
  /** How long it has to run until the wait begins with the shortest again. Default `'10s'`. */
  stableAfter?: Duration | undefined
  /** How often it may be started again. */
  restartLimit?: RestartLimit | undefined
  /** It is restarted when it is not well. Default: nobody looks. */
  health?: Health | undefined
  /** It is restarted when it does not say for this long that it is alive: see `currentDaemon().alive()`. Default: it need not. */
  watchdog?: Duration | undefined
  /** It is restarted when all of its processes have more memory than this. Default: no limit. */
  maxMemory?: Size | undefined
  /** It is restarted when it runs for this long. Default: no limit. */
  maxAge?: Duration | undefined
}

/** How the logs of a daemon are rotated: by size, by time, or by whichever comes first. */
export interface Rotate {
  /** Rotated once it is larger. Default `'10MB'`. */
  size?: Size | undefined
  /** How many rotated files stay. Default 5. */
  keep?: number | undefined
  /** Rotated at each full hour, midnight, or midnight before Monday, by local time, or so often. Default: by size alone. */
  every?: 'hour' | 'day' | 'week' | Duration | undefined
  /** Are rotated files compressed (gzip)? Default true. */
  compress?: boolean | undefined
  /** How much the log and its rotated files may take together; the oldest go first. Default `'100MB'`. */
  total?: Size | undefined
}

/** How the logs are rotated, read and complete. */
export interface Rotation {
  /** Bytes. */
  size: number
  keep: number
  /** Milliseconds, or a span of the calendar. */
  every: 'hour' | 'day' | 'week' | number | undefined
  compress: boolean
  /** Bytes. */
  total: number
}

/** What `startDaemon()` starts: either a module or a command, under a name. */
export interface StartOptions extends DaemonOptions, KeepOptions {
  name: string
  /** A file that Node runs: a path, relative to `workingDir`, or a `file:` URL. TypeScript, too. */
  module?: string | URL | undefined
  /** A program, found on the daemon's PATH unless it has a slash, and its arguments. */
  command?: readonly [string, ...string[]] | readonly string[] | undefined
  /** Arguments of the module; for a command, more of them. */
  args?: readonly string[] | undefined
  /** How its logs are rotated. Default: true when it is kept, else false; then it is only said what `daemonic logs rotate` does. */
  rotate?: Readonly<Rotate> | boolean | undefined
  /** The service that the module is, when it calls `serve()`; set by the client that starts it. */
  service?: ServiceIdentity | undefined
}

/** One limit as the shell's `ulimit` is told of it. */
export interface UlimitCall {
  /** The option path, for an error: `limits.nofile`. */
  option: string
  /** What the user asked for. */
  asked: unknown
  /** The flag, with H or S when it is for one of the two, and the flag of other shells for the same resource. */
  flag: string
  otherFlag: string
  /** In the unit of `ulimit`. */
  value: string
}

/** The options after the door: every default is filled in, every path is absolute, and `undefined` means 'not given'. */
export interface NormalOptions {
  stdout: string
  stderr: string
  workingDir: string
  umask: number
  env: Readonly<Record<string, string | undefined>> | undefined
  user: string | number | undefined
  group: string | number | undefined
  limits: readonly UlimitCall[]
  nice: number | undefined
  title: string | undefined
  preserveFds: readonly number[]
  pidFile: string | undefined
  ready: Readiness
  /** Milliseconds. */
  startTimeout: number
  name: string | undefined
  stopSignal: NodeJS.Signals
  /** Milliseconds. */
  stopTimeout: number
  stopScope: StopScope
  extendEnv: boolean
  envFile: string | undefined
  service: ServiceIdentity | undefined
  keep: boolean
  restart: RestartPolicy
  success: { exitCodes: readonly number[]; signals: readonly string[] }
  /** Milliseconds. */
  backoff: { from: number; to: number; factor: number; jitter: boolean }
  stableAfter: number
  restartLimit: { restarts: number; within: number; then: 'give-up' | 'slow' }
  health: HealthCheck | undefined
  /** Milliseconds. */
  watchdog: number | undefined
  /** Bytes. */
  maxMemory: number | undefined
  /** Milliseconds. */
  maxAge: number | undefined
  rotate: Rotation | false
}

/** What a health check looks at, as data. */
export type HealthTarget =
  | { kind: 'http'; url: string }
  | { kind: 'port'; port: number; host: string | undefined }
  | { kind: 'socket'; path: string }
  | { kind: 'command'; words: readonly string[] }

/** A health check as data; times in milliseconds. */
export type HealthCheck = HealthTarget & { interval: number; timeout: number; failures: number; startPeriod: number }

/** When a daemon is ready, as data. */
export type Readiness =
  | { kind: 'auto' | 'exec' | 'manual' }
  | { kind: 'fd'; fd: number }
  | { kind: 'port'; port: number; host: string | undefined }
  | { kind: 'socket'; path: string }
  | { kind: 'http'; url: string }
  | { kind: 'log'; source: string; flags: string }
  | { kind: 'file'; path: string }

/** The options as they were given, each of them read. */
export type GivenOptions = { [Name in keyof NormalOptions]?: NormalOptions[Name] | undefined }
