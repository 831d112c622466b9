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
  /** Stops listening; the socket is gone then. */
  close(): void
}

/**
 * Listens at the socket in a folder, whose lock this process holds: what is at its path is a leftover, and is removed.
 * @throws what the system says.
 */
export async function listen(folder: string, admit: (socket: Socket) => void): Promise<Listening> {
  const path = shortSocketPath(folder) ?? (await import('../home/socket-path.ts')).socketPath(folder)
  let server = await open(path, admit)
  let identity = identityOf(path)
  let isClosed = false
  return {
    path,
    identity: () => identity,
    again: async () => {
      // The old one first: its end takes its path with it, whatever is there by then.
      server.close()
      server = await open(path, admit)
      identity = identityOf(path)
      if (isClosed) server.close()
    },
    close: () => {
      isClosed = true
      server.close()
    },
  }
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
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.once('listening', resolve)
  })
  chmodSync(path, 0o600)
  return server
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
