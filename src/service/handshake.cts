import type { Window } from '../rpc/caller.cts'
import { frame } from '../rpc/frame.cjs'

/** The version of what is said on a socket. Another one is told, and refused. */
export const wireVersion = 1

/** A hello or its answer is no longer, in bytes: a stranger gets no more room. */
export const longestHello = 65_536

/** The first that a client says. JSON, as the answer: any version can read it. */
export interface Hello {
  daemonic: number
  /** Does it want to call, or only to know how the service is? */
  wants: 'calls' | 'facts'
  key: string
  version: string
}

/** What a client has to know of the service that took it in. */
export interface Welcome {
  daemonic: number
  kind: 'welcome'
  pid: number
  version: string
  methods: string[]
  idempotent: string[]
  window: Window
  /** The longest body of a frame, in bytes. */
  limit: number
}

/** Why a client is not taken in. */
export interface Refusal {
  daemonic: number
  kind: 'refused'
  /**
   * leaving: the service ends, and the next one will answer. older: this client is of an older version than the service, which
   * has taken over. other: it is another service. wire: it speaks another version.
   */
  why: 'leaving' | 'older' | 'other' | 'wire'
  pid: number
  version: string
}

/** How a service is. */
export interface ServiceState {
  daemonic: number
  kind: 'facts'
  pid: number
  name: string
  version: string
  connections: number
  calls: number
  /** What it says of itself. */
  status: string | null
  /** How long it stays without a connection, in milliseconds. */
  idleTimeout: number
  methods: string[]
}

export type Answer = Welcome | Refusal | ServiceState

/** Makes a frame of a hello or its answer. */
export function helloFrame(message: Hello | Answer): Buffer {
  return frame(Buffer.from(JSON.stringify(message)))
}

/** Reads a hello; nothing for what is none. */
export function readHello(body: Buffer): Hello | undefined {
  const hello = parse(body) as Partial<Hello> | undefined
  const isHello = typeof hello?.key === 'string' && typeof hello.version === 'string' && typeof hello.daemonic === 'number'
  return isHello ? (hello as Hello) : undefined
}

/** Reads the answer to a hello; nothing for what is none. */
export function readAnswer(body: Buffer): Answer | undefined {
  const answer = parse(body) as Partial<Answer> | undefined
  const isAnswer = typeof answer?.daemonic === 'number' && ['welcome', 'refused', 'facts'].includes(answer.kind ?? '')
  return isAnswer ? (answer as Answer) : undefined
}

/** Reads JSON; nothing for what is none. */
function parse(body: Buffer): object | undefined {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value !== null ? value : undefined
  } catch {
    return undefined
  }
}
