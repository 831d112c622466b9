// Two ends that call each other, over each kind of link.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTo, createServer, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { inspect } from 'node:util'
import { type Answerer, type Methods, makeAnswerer } from '../../src/rpc/answerer.cts'
import { type Caller, type CallerOptions, makeCaller, type Window } from '../../src/rpc/caller.cts'
import { linkInProcess } from '../../src/rpc/in-process.cts'
import { type Link, linkOver, makeFrameReader } from '../../src/rpc/link.cts'
import type { Message } from '../../src/rpc/message.ts'
import { decodeBody, encodeFrame } from '../../src/rpc/values.cts'
import { patience, until } from './processes.ts'
import { makeScope } from './scope.ts'

/** The longest message where a test says nothing else: as a service has it. */
const usualLimit = 64 * 1024 ** 2

/** Makes the two ends of a link: the caller's, and the answerer's. */
type MakeLinks = (t: TestContext, limit: number) => Promise<[Link, Link]>

/** Each kind of link there is. */
const kindsOfLinks: Record<string, MakeLinks> = {
  'over a socket': async (t, limit) => {
    const [ours, theirs] = await socketPair(t)
    return [linkOver(ours, limit, deaf), linkOver(theirs, limit, deaf)]
  },
  'in one process': async (_, limit) => linkInProcess(limit),
}

const deaf = { onBody: () => {}, onEnd: () => {} }

/** A test that is run over each kind of link. */
export function onBothLinks(
  what: string,
  body: (wired: (methods: Methods, options?: WireOptions) => Promise<Wired>, t: TestContext) => Promise<void>,
): void {
  for (const [kind, makeLinks] of Object.entries(kindsOfLinks)) {
    test(`${what} (${kind})`, { timeout: patience }, (t) =>
      body((methods, options) => wire(t, makeLinks, methods, options), t),
    )
  }
}

/** A connected pair of Unix sockets: the client's, and the server's. Both are destroyed when the test is over. */
export async function socketPair(t: TestContext): Promise<[Socket, Socket]> {
  const path = makeScope(t).path('sock')
  const server = createServer().listen(path)
  await once(server, 'listening')
  const client = connectTo(path)
  const [[accepted]] = (await Promise.all([once(server, 'connection'), once(client, 'connect')])) as [[Socket], unknown]
  server.close()
  t.after(() => {
    client.destroy()
    accepted.destroy()
  })
  return [client, accepted]
}

/** A result as a test takes it: it can be awaited, and read in a loop. */
// biome-ignore lint/suspicious/noExplicitAny: what comes over is compared, whatever its type is.
type Called = Promise<any> & AsyncIterable<any>

/** What a promise rejects with; that it does is asserted. */
// biome-ignore lint/suspicious/noExplicitAny: anything can be thrown.
export function rejectionOf(promise: Promise<unknown>): Promise<any> {
  return promise.then(
    (value) => assert.fail(`it resolved, with ${inspect(value)}`),
    (error) => error,
  )
}

/** Both ends, and what is seen of them. */
export interface Wired {
  call(method: string, ...args: unknown[]): Called
  caller: Caller
  answerer: Answerer
  /** The links of the caller and of the answerer. */
  links: [Link, Link]
  /** The messages that the caller sent. */
  sent: Message[]
  /** Does the link keep the process of the caller? */
  isHeld(): boolean
  /** Calls in progress at the answering end: now, and most at once. */
  counts: { now: number; most: number; begun: number }
  /** What the caller was told: that the other end is leaving, how often; what it has asked for. */
  seen: { leaving: number; lost: string[]; again: { method: string; wasBegun: boolean }[] }
  /** How often the end of the link was told at the answering end. */
  there: { ended: number }
}

export interface WireOptions {
  window?: Partial<Window>
  limit?: number
  again?: CallerOptions['again']
}

/** Makes a caller and an answerer of these methods, over a kind of link. */
async function wire(t: TestContext, makeLinks: MakeLinks, methods: Methods, options: WireOptions = {}): Promise<Wired> {
  const limit = options.limit ?? usualLimit
  const [ours, theirs] = await makeLinks(t, limit)
  t.after(() => {
    ours.destroy()
    theirs.destroy()
  })
  const { sent, isHeld } = watchLink(ours)
  const { answerer, counts, seen: there } = answerOn(theirs, methods, options)
  const { caller, call, seen } = callOn(ours, options)
  return { call, caller, answerer, links: [ours, theirs], sent, isHeld, counts, seen, there }
}

/** What a window is where a test says nothing else. */
function windowOf({ limit = usualLimit, window }: WireOptions): Window {
  return { calls: 1000, bytes: 4 * limit, ...window }
}

/** Makes the answering end of a link. */
export function answerOn(
  link: Link,
  methods: Methods,
  options: WireOptions = {},
): Pick<Wired, 'answerer' | 'counts'> & { seen: Wired['there'] } {
  const counts = { now: 0, most: 0, begun: 0 }
  const seen = { ended: 0 }
  const answerer = makeAnswerer(link, {
    ...{ methods, window: windowOf(options), limit: options.limit ?? usualLimit },
    onCall: (change) => {
      counts.now += change
      counts.most = Math.max(counts.most, counts.now)
      if (change === 1) counts.begun += 1
    },
    onEnd: () => {
      seen.ended += 1
    },
  })
  return { answerer, counts, seen }
}

/** Makes the calling end of a link. */
export function callOn(link: Link, options: WireOptions = {}): Pick<Wired, 'caller' | 'call' | 'seen'> {
  const seen: Wired['seen'] = { leaving: 0, lost: [], again: [] }
  const caller = makeCaller(link, {
    ...{ window: windowOf(options), limit: options.limit ?? usualLimit },
    lost: async (method) => {
      seen.lost.push(method)
      return Object.assign(new Error(`${method} was lost`), { code: 'LOST' })
    },
    again: (method, args, wasBegun) => {
      seen.again.push({ method, wasBegun })
      return options.again?.(method, args, wasBegun)
    },
    onLeaving: () => {
      seen.leaving += 1
    },
  })
  return { caller, call: (method, ...args) => caller.call(method, args) as Called, seen }
}

/** Notes what is sent on a link, and whether it is held. */
function watchLink(link: Link): { sent: Message[]; isHeld(): boolean } {
  const sent: Message[] = []
  let isHeld = false
  const { send, hold } = link
  link.send = (frame) => {
    sent.push(decodeBody(frame.subarray(4)))
    send(frame)
  }
  link.hold = (holds) => {
    isHeld = holds
    hold(holds)
  }
  return { sent, isHeld: () => isHeld }
}

/** An end of a socket that says whatever it likes, and hears what comes. */
export interface RawEnd {
  socket: Socket
  say(...messages: unknown[]): void
  heard: Message[]
  isEnded(): boolean
  /** Waits for a message of this kind. */
  untilHeard(kind: Message[0]): Promise<Message>
}

/** Makes such an end; what it says need not be a message. */
export function rawEnd(socket: Socket): RawEnd {
  const heard: Message[] = []
  let isEnded = false
  const reader = makeFrameReader(2 ** 31, (body) => void heard.push(decodeBody(body)))
  socket.on('data', (chunk: Buffer) => reader.push(chunk))
  socket.on('error', () => {})
  socket.once('close', () => {
    isEnded = true
  })
  return {
    socket,
    say: (...messages) => void socket.write(Buffer.concat(messages.map((message) => encodeFrame(message as Message)))),
    heard,
    isEnded: () => isEnded,
    untilHeard: (kind) => until(`a message '${kind}'`, () => heard.find((message) => message[0] === kind)),
  }
}
