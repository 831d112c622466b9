// What is said first on a connection, and saying it, in one file, for the reason that link.cts gives.
import { connect } from 'node:net'
import type { Window } from '../rpc/caller.cts'
import { frame, type Link, type LinkListener, linkOver } from '../rpc/link.cjs'
import type { Target } from './target.cts'

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
  const isHello =
    typeof hello?.key === 'string' && typeof hello.version === 'string' && typeof hello.daemonic === 'number'
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

/** What came of connecting once. */
export type Attempt =
  | { kind: 'answered'; answer: Answer; link: Link }
  /** Nobody listens there, or there is nothing. */
  | { kind: 'absent' }
  /** There is something, and this user may not connect to it. */
  | { kind: 'denied' }
  /** Somebody listens, and more than he takes wait already. */
  | { kind: 'crowded' }
  /** The connection ended before it was answered: who listened is gone, or going. */
  | { kind: 'leaving' }
  /** What answers is no service. */
  | { kind: 'foreign' }
  /** It was not answered in time. */
  | { kind: 'silent' }

/** How an error of connect(2) is told. */
const meanings: Record<string, Attempt['kind']> = {
  EACCES: 'denied',
  EPERM: 'denied',
  EAGAIN: 'crowded',
  EPIPE: 'leaving',
  ECONNRESET: 'leaving',
}

/** Connects to a service, says hello, and waits for the answer. */
export function attempt(
  { socket: path, key, identity, handshakeTimeout }: Target,
  wants: Hello['wants'],
): Promise<Attempt> {
  return new Promise((resolve) => {
    const socket = connect(path)
    let isConnected = false
    const settle = (result: Attempt): void => {
      clearTimeout(timer)
      if (result.kind !== 'answered') {
        link.listener = deaf
        socket.destroy()
      }
      resolve(result)
    }
    const timer = setTimeout(() => settle({ kind: isConnected ? 'silent' : 'crowded' }), handshakeTimeout)
    const link: Link = linkOver(socket, longestHello, {
      onBody: (body) => {
        const answer = readAnswer(body)
        if (answer === undefined) return settle({ kind: 'foreign' })
        // What follows is for who calls: it comes when there is one who listens.
        link.pause()
        settle({ kind: 'answered', answer, link })
      },
      onEnd: (error) => {
        const code = (error as NodeJS.ErrnoException | undefined)?.code
        const isStrange = error !== undefined && code === undefined
        const kind = isStrange ? 'foreign' : code === undefined ? 'leaving' : (meanings[code] ?? 'absent')
        settle({ kind } as Attempt)
      },
    })
    socket.once('connect', () => {
      isConnected = true
    })
    link.send(helloFrame({ daemonic: wireVersion, wants, key, version: identity.version }))
  })
}

const deaf: LinkListener = { onBody: () => {}, onEnd: () => {} }
