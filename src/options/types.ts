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

/** How a program becomes a daemon. Everything is optional. */
export interface DaemonOptions {
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
  /**
   * When the daemon is ready and its launcher may leave. `'auto'` (default): when the call is reached and, for a function,
   * its synchronous part ran without throwing. `'manual'`: when `currentDaemon().ready()` is called.
   */
  ready?: 'auto' | 'manual' | undefined
  /** How long the launcher waits until the daemon is ready. Default `'30s'`. */
  startTimeout?: Duration | undefined
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
  ready: 'auto' | 'manual'
  /** Milliseconds. */
  startTimeout: number
}

/** The options as they were given, each of them read. */
export type GivenOptions = { [Name in keyof NormalOptions]?: NormalOptions[Name] | undefined }
