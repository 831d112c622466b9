/** What the launcher tells the daemon at its birth, as JSON; `payload` bytes follow it on the channel. */
export interface StartMessage {
  /** The URL of the boot, as the layer above names it. */
  boot: string
  /** Inherited descriptors that nobody asked to keep, and the files that they lead to. */
  close: { fd: number; dev: string; ino: string }[]
  /** NODE_OPTIONS as the user's code shall see it; null when it was not set. */
  nodeOptions: string | null
  /** Variables that a shell does not leave as they are; null for one that it adds. */
  environment: Record<string, string | null>
  /** The descriptor and path of the locked pid file. */
  pidFile: { fd: number; path: string } | null
  /** What the layer above wants the daemon to know. */
  work: unknown
}

/** What the daemon tells its launcher, each a line of JSON, until it is ready. */
export type Report =
  | { kind: 'born'; pid: number; step: string }
  | { kind: 'at'; step: string }
  | { kind: 'status'; text: string }
  | { kind: 'waiting' }
  | { kind: 'ready' }
  | { kind: 'failed'; step: string; error: ErrorData }
  | { kind: 'ended'; exitCode: number }

/** An error as data: what was thrown, when it is no Error, is its `value`. */
export type ErrorData =
  | { value: string | number | boolean | null }
  | {
      name: string
      message: string
      stack: string
      details: Record<string, string | number>
      cause: ErrorData | null
    }
