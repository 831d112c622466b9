import { chmodSync, lstatSync, renameSync, unlinkSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { shortSocketPath } from '../home/place.cjs'

/** A socket that is listened at. */
export interface Listening {
  path: string
  /** Which file the socket is; another one at its path is not ours. */
  identity(): string
  /** Closes the socket and makes it anew. */
  again(): Promise<void>
  /** Called then. */
  onAgain?: () => void
  /** Its descriptor; undefined when it is closed, and where the system has none. */
  fd(): number | undefined
  /** Stops listening; the socket is gone then. */
  close(): void
}

/**
 * Listens at the socket in a folder, whose lock this process holds: what is at its path is a leftover, and is removed.
 * @throws what the system says.
 */
export async function listen(folder: string, admit: (socket: Socket) => void): Promise<Listening> {
  const path = shortSocketPath(folder) ?? (await import('../home/socket-path.ts')).socketPath(folder)
  return listenAt(path, await open(path, admit), admit)
}

/** Listens at the socket of a service that is gone, whose descriptor this process inherited. */
export async function inheritSocket(folder: string, fd: number, admit: (socket: Socket) => void): Promise<Listening> {
  const path = shortSocketPath(folder) ?? (await import('../home/socket-path.ts')).socketPath(folder)
  const server = createServer(admit)
  server.listen({ fd })
  await isListening(server)
  return listenAt(path, server, admit)
}

/** A server as a socket that is listened at. */
function listenAt(path: string, first: Server, admit: (socket: Socket) => void): Listening {
  let server = first
  let identity = identityOf(path)
  let isClosed = false
  const close = (): void => {
    server.close()
    // One that was inherited does not know its path.
    if (identity !== '' && identityOf(path) === identity) unlinkSync(path)
  }
  const listening: Listening = {
    path,
    identity: () => identity,
    again: async () => {
      // The old one first: its end takes its path with it, whatever is there by then.
      close()
      server = await open(path, admit)
      identity = identityOf(path)
      if (isClosed) close()
      else listening.onAgain?.()
    },
    fd: () => {
      const { fd = -1 } = (server as Server & { _handle?: { fd?: number } })._handle ?? {}
      return isClosed || fd < 0 ? undefined : fd
    },
    close: () => {
      isClosed = true
      close()
    },
  }
  return listening
}

/** Binds and listens. */
async function open(path: string, admit: (socket: Socket) => void): Promise<Server> {
  removeLeftover(path)
  const server = createServer(admit)
  const umask = process.umask(0o177)
  try {
    // It is bound within the call, so that it never has another mode.
    server.listen(path)
  } finally {
    process.umask(umask)
  }
  await isListening(server)
  chmodSync(path, 0o600)
  return server
}

/** Waits until a server listens. */
function isListening(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('listening', resolve)
  })
}

/** Removes what is at the path; a folder is moved aside. */
function removeLeftover(path: string): void {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return
  if (stats.isDirectory()) renameSync(path, `${path}.no-socket-${process.pid}-${Date.now()}`)
  else unlinkSync(path)
}

/** Which file a path leads to; '' for none. */
export function identityOf(path: string): string {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.dev}:${stats.ino}`
}
