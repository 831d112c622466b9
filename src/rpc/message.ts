import type { ThrownData } from './thrown.cts'

/** What among the arguments of a call can't be cloned, and is carried as a reference: where it stands, and what it is. */
export type Reference = { path: (string | number)[] } & (
  | { kind: 'callback' }
  | { kind: 'signal'; reason: ThrownData | null }
  | { kind: 'error'; error: ThrownData }
  /** What another one of these references stands for, once more. */
  | { kind: 'same'; of: number }
)

/** What a caller says. The number of a call is its own; that of a callback's call is the answerer's. */
export type CallerMessage =
  | readonly ['call', call: number, method: string, args: readonly unknown[], references: readonly Reference[]]
  /** A signal among the arguments was aborted. */
  | readonly ['abort', call: number, reference: number, reason: ThrownData]
  /** So many bytes of a stream were taken by who reads it. */
  | readonly ['credit', call: number, bytes: number]
  /** Who read the stream has left it. */
  | readonly ['leave', call: number]
  | readonly ['returned', callbackCall: number, value: unknown]
  | readonly ['threw', callbackCall: number, error: ThrownData]

/** What an answerer says. */
export type AnswererMessage =
  | readonly ['result', call: number, value: unknown]
  | readonly ['error', call: number, error: ThrownData]
  /** It was not begun, and never will be: this end is leaving. */
  | readonly ['refused', call: number]
  /** The result is a stream. */
  | readonly ['stream', call: number]
  | readonly ['item', call: number, value: unknown]
  | readonly ['end', call: number, value: unknown]
  | readonly ['callback', call: number, reference: number, callbackCall: number, args: readonly unknown[]]
  /** No call that is made from now on will be begun. */
  | readonly ['leaving']

export type Message = CallerMessage | AnswererMessage
