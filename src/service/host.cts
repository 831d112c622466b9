import type { Socket } from 'node:net'
import { makeAdmission } from './admission.cjs'
import type { Definition } from './definition.cts'
import type { Reason } from './ending.cts'
import type { Listening } from './listen.cts'
import { beginRunning } from './running.cjs'

/** What answers the connections of a service. */
export interface Host {
  admit(socket: Socket): void
}

/** Runs a service at a socket that is listened at: until it is idle, stopped, replaced, out of date or removed. */
export function runHost(definition: Definition, folder: string, listening: Listening): Host {
  const running = beginRunning(definition)
  let watches: { haveChanged(): boolean; end(): void } | undefined
  let reason: Reason | undefined
  const end = (why: Reason): void => {
    if (reason !== undefined) return
    reason = why
    watches?.end()
    listening.close()
    const { endService } = require('./ending.cjs') as typeof import('./ending.cts')
    endService(running, admission, why)
  }
  const admission = makeAdmission(running, {
    isOutOfDate: () => watches?.haveChanged() === true,
    isEnding: () => reason !== undefined,
    end,
    onIdle: () => end('idle'),
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end('stopped'))
  process.on('SIGHUP', () => end('out of date'))
  admission.begin()
  // Behind the first client, which waits.
  setImmediate(() => {
    watches = watchAll(definition, folder, listening, end)
  })
  return admission
}

/** Watches what the service depends on: its place, and its files. */
function watchAll(
  { files }: Definition,
  folder: string,
  listening: Listening,
  end: (reason: Reason) => void,
): { haveChanged(): boolean; end(): void } {
  const { watchPlace } = require('./place-watch.cjs') as typeof import('./place-watch.cts')
  const { watchFiles } = require('./stale.cjs') as typeof import('./stale.cts')
  const watched = watchFiles(files, () => end('out of date'))
  const place = watchPlace(listening.path, folder, { onLost: listening.again, onRemoved: () => end('removed') })
  return {
    haveChanged: watched.haveChanged,
    end: () => {
      watched.end()
      place.end()
    },
  }
}
