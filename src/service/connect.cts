// The door for programs that are CommonJS as well: one file less on their clock.
import type { Caller } from '../rpc/caller.cts'
import type { Client } from './client-types.ts'
import type { ConnectOptions } from './connect-options.ts'
import type { Welcome } from './hello.cts'
import { type Reached, reach } from './reach.cjs'
import { readTarget, type Target } from './target.cjs'

export type { RemoteStream } from '../rpc/types.ts'
export type { Client, Service } from './client-types.ts'
export type { ConnectOptions } from './connect-options.ts'

/**
 * Connects to a service, which is started when it does not run. Its methods are those of the client; a client that is idle
 * does not keep this process from ending. When the service ended since the last call, the next one starts it again.
 * @param options which service, and the file to run when nobody answers.
 * @returns the client; `await using` disconnects it, `disconnect()` too.
 * @throws {StartError} when the service does not start; {ServiceError} when it can't be reached, or is another one;
 * {InvalidOptionError}; {DaemonicError} HOME_UNSAFE, HOME_UNUSABLE.
 */
export async function connect<Service>(options: ConnectOptions): Promise<Client<Service>> {
  return connectTo<Service>(await readTarget(options))
}

/** Connects to a service that was found. It throws the same. */
export async function connectTo<Service>(target: Target): Promise<Client<Service>> {
  const session = makeSession(target)
  const { welcome } = await session.open()
  return makeClient(session, welcome.methods) as Client<Service>
}

/** Disconnects a client: calls in progress are finished, streams are left. Calls that are made later reject. */
export function disconnect(client: Client<unknown>): void {
  client[Symbol.dispose]()
}

/** Makes the client: an object without a prototype, whose own functions are the methods of the service. */
function makeClient(session: Session, methods: readonly string[]): object {
  const client = Object.create(null) as Record<string | symbol, unknown>
  for (const method of methods) client[method] = (...args: unknown[]) => session.call(method, args)
  const hidden = { enumerable: false, value: session.close }
  Object.defineProperty(client, Symbol.dispose, hidden)
  Object.defineProperty(client, Symbol.asyncDispose, { ...hidden, value: async () => session.close() })
  Object.defineProperty(client, Symbol.toStringTag, { ...hidden, value: 'daemonic client' })
  return client
}

/** A connection, and what makes calls on it. */
interface Connection {
  caller: Caller
  welcome: Welcome
}

/** What a client has behind it: a connection, and when that has ended, another. */
interface Session {
  open(): Promise<Connection>
  call(method: string, args: readonly unknown[]): Promise<unknown>
  close(): void
}

/** Makes the session of a client. */
function makeSession(target: Target): Session {
  let current: Connection | undefined
  let opening: Promise<Connection> | undefined
  let isClosed = false
  /** Arguments of calls that were begun, lost, and made once more. */
  const repeated = new WeakSet<readonly unknown[]>()

  const makeConnection = ({ link, welcome }: Reached): Connection => {
    // Behind the start, while the daemon boots.
    const { makeCaller } = require('../rpc/caller.cjs') as typeof import('../rpc/caller.cts')
    const connection: Connection = {
      welcome,
      caller: makeCaller(link, {
        ...welcome,
        lost: async (method) => (await import('./lost.ts')).lostError(method, target, welcome.pid),
        again: (method, args, wasBegun) => {
          if (isClosed) return undefined
          if (wasBegun && (repeated.has(args) || !welcome.idempotent.includes(method))) return undefined
          if (wasBegun) repeated.add(args)
          return callLater(method, args)
        },
        onLeaving: () => {
          if (current === connection) current = undefined
        },
      }),
    }
    link.hold(false)
    link.setLimit(welcome.limit)
    link.resume()
    return connection
  }
  const open = (): Promise<Connection> => {
    opening ??= (target.isInProcess ? reachInProcess(target) : reach(target))
      .then((reached) => {
        const connection = makeConnection(reached)
        current = connection
        // Behind the calls that waited for this connection.
        if (isClosed) setImmediate(() => connection.caller.leave())
        return connection
      })
      .finally(() => {
        opening = undefined
      })
    return opening
  }
  /** Makes a call once there is a connection. */
  const callLater = (method: string, args: readonly unknown[]): Promise<unknown> =>
    asStream(unlessAborted(args, open()).then(({ caller }) => caller.call(method, args)))
  return {
    open,
    call: (method, args) => {
      if (isClosed)
        return asStream(
          import('./trouble.ts').then(async ({ disconnected }) => Promise.reject(await disconnected(method))),
        )
      return current === undefined ? callLater(method, args) : current.caller.call(method, args)
    },
    close: () => {
      isClosed = true
      current?.caller.leave()
      current = undefined
    },
  }
}

/** Has a promise of a stream read in a loop, too. */
function asStream(promise: Promise<unknown>): Promise<unknown> {
  return Object.assign(promise, {
    [Symbol.asyncIterator]: () => {
      const { makeRemoteStream } = require('../rpc/remote-stream.cjs') as typeof import('../rpc/remote-stream.cts')
      const { remote, end } = makeRemoteStream({ onTaken: () => {}, onLeft: () => {} })
      promise.then(end.follow, end.fail)
      return remote
    },
  })
}

/** Waits for what a call needs; no longer than until a signal among its arguments is aborted. */
async function unlessAborted<Needed>(args: readonly unknown[], needed: Promise<Needed>): Promise<Needed> {
  const { holdReferences } = require('../rpc/references.cjs') as typeof import('../rpc/references.cts')
  const { held } = holdReferences(args)
  if (held.length === 0) return needed
  const { watchSignals } = require('../rpc/watch-signals.cjs') as typeof import('../rpc/watch-signals.cts')
  return new Promise((resolve, reject) => {
    const release = watchSignals(held, (_, reason) => reject(reason))
    needed.then(resolve, reject).finally(release)
  })
}

/** Runs the service in this process. */
async function reachInProcess(target: Target): Promise<Reached> {
  const { openInProcess } = require('./in-process.cjs') as typeof import('./in-process.cts')
  return openInProcess(target)
}
