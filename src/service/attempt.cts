import { connect } from 'node:net'
import { type Link, type LinkListener, linkOver } from '../rpc/link.cjs'
import { type Answer, helloFrame, type Hello, longestHello, readAnswer } from './handshake.cjs'

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

/** Connects to a socket, says hello, and waits for the answer so many milliseconds. */
export function attempt(path: string, hello: Hello, milliseconds: number): Promise<Attempt> {
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
    const timer = setTimeout(() => settle({ kind: isConnected ? 'silent' : 'crowded' }), milliseconds)
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
    link.send(helloFrame(hello))
  })
}

const deaf: LinkListener = { onBody: () => {}, onEnd: () => {} }
