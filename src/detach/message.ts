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
  /** What is done before the user's code, in this order. */
  preludes: Prelude[]
  /** What the layer above wants the daemon to know, when the user's code reaches the call. */
  work: unknown
}

/** A CommonJS module of a layer above, whose `run(birth, data)` is called before the user's code. */
export interface Prelude {
  /** Its path. */
  module: string
  data: unknown
}

/** What the daemon tells its launcher, each a line of JSON, until it is ready. */
export type Report =
  | { kind: 'born'; pid: number; step: string }
  | { kind: 'at'; step: string }
  | { kind: 'status'; text: string }
  | { kind: 'waiting' }
  /** The name is taken by this process. */
  | { kind: 'taken'; pid: number }
  /** The command runs, as this process. */
  | { kind: 'spawned'; pid: number }
  | { kind: 'ready' }
  | { kind: 'failed'; step: string; error: ErrorData }
  | { kind: 'ended'; exitCode: number | null; signal?: string | null }

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
