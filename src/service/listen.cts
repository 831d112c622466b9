import { chmodSync, lstatSync, renameSync, unlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { shortSocketPath } from '../home/place.cjs'
import { makeAdmission } from './admission.cjs'
import type { Definition } from './definition.cts'
import { makeEnding } from './ending.cjs'
import { watchPlace } from './place-watch.cjs'
import { beginRunning } from './running.cjs'
import { watchFiles } from './stale.cjs'

/** Serves under the lock that this process holds: from now on, until it is idle, stopped, replaced, out of date or removed. */
export async function listen(definition: Definition, folder: string): Promise<void> {
  const running = beginRunning(definition)
  const path = shortSocketPath(folder) ?? (await import('../home/socket-path.ts')).socketPath(folder)
  const files = watchFiles(definition.files, () => ending.begin('out of date'))
  const admission = makeAdmission(running, {
    isOutOfDate: files.haveChanged,
    isEnding: () => ending.hasBegun(),
    end: (reason) => ending.begin(reason),
    onIdle: () => ending.begin('idle'),
  })
  let server = await open(path, admission.admit)
  const place = watchPlace(path, folder, {
    onLost: async () => {
      // The kernel's end of the old one is closed first: it would take the new one's path with it.
      server.close()
      server = await open(path, admission.admit)
    },
    onRemoved: () => ending.begin('removed'),
  })
  const ending = makeEnding(running, {
    stopListening: () => {
      files.end()
      place.end()
      server.close()
    },
    admission,
  })
  for (const [signal, reason] of [['SIGTERM', 'stopped'], ['SIGINT', 'stopped'], ['SIGHUP', 'out of date']] as const) {
    process.on(signal, () => ending.begin(reason))
  }
  admission.begin()
}

/** Listens at a path, that belongs to who holds the lock of the name: what is there is a leftover. */
async function open(path: string, admit: Parameters<typeof createServer>[1] & object): Promise<Server> {
  removeLeftover(path)
  const server = createServer(admit)
  const umask = process.umask(0o177)
  try {
    // It is bound within the call.
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

