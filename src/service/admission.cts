import type { Socket } from 'node:net'
import { type Answerer, makeAnswerer } from '../rpc/answerer.cjs'
import { type Link, type LinkListener, linkOver } from '../rpc/link.cjs'
import { type Answer, type Hello, helloFrame, longestHello, type Refusal, readHello, wireVersion } from './hello.cjs'
import type { Running } from './running.cts'
import { makeWelcome } from './welcome.cjs'

/** What admission has to know of the service, and can have it do. */
export interface Surroundings {
  isOutOfDate(): boolean
  isEnding(): boolean
  end(reason: 'replaced' | 'out of date'): void
  /** There was no connection for the idle time. */
  onIdle(): void
}

/** How clients are taken in. */
export interface Admission {
  /** The service can be called: from now on it can be idle. */
  begin(): void
  admit(socket: Socket): void
  /** Takes nobody in any more, and tells those who are in to make no more calls. */
  leave(): void
  /** Aborts what is in progress. */
  abort(reason: unknown): void
  /** Resolves when nobody is in, and no call is in progress. */
  whenEmpty(): Promise<void>
}

/** How long a stranger may take to say hello, in milliseconds. */
const patience = 10_000

/** Makes the admission of a service. */
export function makeAdmission(running: Running, surroundings: Surroundings): Admission {
  const { definition, counts } = running
  const answerers = new Set<Answerer>()
  const strangers = new Set<Link>()
  let idle: NodeJS.Timeout | undefined
  let onEmpty = (): void => {}

  /** Somebody came or left, or a call was begun or is over. */
  const update = (): void => {
    counts.connections = answerers.size
    if (counts.connections === 0 && counts.calls === 0) onEmpty()
    if (counts.connections > 0 || surroundings.isEnding()) {
      clearTimeout(idle)
      idle = undefined
    } else idle ??= setTimeout(rest, definition.idleTimeout)
  }
  /** Nobody was connected for that time. */
  const rest = (): void => {
    idle = undefined
    if (definition.isNeeded?.() === true) update()
    else surroundings.onIdle()
  }
  /** Why a client is not taken in; nothing when it is. */
  const refusal = ({ daemonic, key, version }: Hello): Refusal['why'] | undefined => {
    if (daemonic !== wireVersion) return 'wire'
    if (key !== definition.key) return 'other'
    if (surroundings.isEnding()) return 'leaving'
    if (definition.identity.replace && version !== definition.identity.version) {
      const { isNewer } = require('./compare-versions.cjs') as typeof import('./compare-versions.cts')
      if (isNewer(definition.identity.version, version)) return 'older'
      surroundings.end('replaced')
      return 'leaving'
    }
    if (counts.calls > 0 || !surroundings.isOutOfDate()) return undefined
    surroundings.end('out of date')
    return 'leaving'
  }
  const takeIn = (link: Link): void => {
    const welcome = makeWelcome(definition)
    link.setLimit(definition.maxMessage)
    link.send(helloFrame(welcome))
    const answerer = makeAnswerer(link, {
      ...{ methods: definition.methods, window: welcome.window, limit: definition.maxMessage },
      onCall: (change) => {
        counts.calls += change
        if (change === -1) update()
        if (change === -1 && counts.calls === 0 && definition.files.length > 0 && surroundings.isOutOfDate()) {
          surroundings.end('out of date')
        }
      },
      onEnd: () => {
        answerers.delete(answerer)
        update()
      },
    })
    answerers.add(answerer)
    update()
  }
  const answer = (link: Link, message: Answer): void => {
    link.send(helloFrame(message))
    link.end()
  }
  const greet = (link: Link, body: Buffer): void => {
    const hello = readHello(body)
    const why = hello === undefined || hello.wants === 'facts' ? undefined : refusal(hello)
    const { version } = definition.identity
    // Nothing is said to what is no client of ours.
    if (hello === undefined) link.destroy()
    else if (hello.wants === 'facts') answer(link, describe(running))
    else if (why === undefined) takeIn(link)
    else answer(link, { daemonic: wireVersion, kind: 'refused', why, pid: process.pid, version })
  }

  return {
    begin: update,
    admit: (socket) => {
      const timer = setTimeout(() => socket.destroy(), patience)
      const listener: LinkListener = {
        onBody: (body) => {
          clearTimeout(timer)
          strangers.delete(link)
          link.listener = { onBody: () => {}, onEnd: () => {} }
          greet(link, body)
        },
        onEnd: () => {
          clearTimeout(timer)
          strangers.delete(link)
        },
      }
      const link = linkOver(socket, longestHello, listener)
      strangers.add(link)
    },
    leave: () => {
      update()
      for (const link of strangers) link.destroy()
      for (const answerer of answerers) answerer.leave()
    },
    abort: (reason) => {
      for (const answerer of answerers) answerer.end(reason)
    },
    whenEmpty: () =>
      new Promise((resolve) => {
        onEmpty = resolve
        update()
      }),
  }
}

/** How the service is. */
function describe({ definition, counts, status }: Running): Answer {
  const { identity, idleTimeout, names } = definition
  return {
    ...{ daemonic: wireVersion, kind: 'facts', pid: process.pid, name: identity.name, version: identity.version },
    ...{ connections: counts.connections, calls: counts.calls, status, idleTimeout, methods: [...names] },
  }
}
