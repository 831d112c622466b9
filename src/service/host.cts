import type { Socket } from 'node:net'
import { makeAdmission } from './admission.cjs'
import type { Definition } from './definition.cts'
import type { Reason } from './ending.cts'
import type { Listening } from './listen.cts'
import { beginRunning } from './running.cjs'
import type { WatchedFiles } from './stale.cts'

/** What answers the connections of a service. */
export interface Host {
  admit(socket: Socket): void
}

/** Runs a service at a socket that is listened at: until it is idle, stopped, replaced, out of date or removed. */
export function runHost(
  definition: Definition,
  signatures: readonly string[],
  folder: string,
  listening: Listening,
): Host {
  const running = beginRunning(definition)
  let files: WatchedFiles | undefined
  let place: { end(): void } | undefined
  let heir: { end(): void } | undefined
  let reason: Reason | undefined
  const end = (why: Reason): void => {
    if (reason !== undefined) return
    reason = why
    files?.end()
    place?.end()
    heir?.end()
    listening.close()
    const { endService } = require('./ending.cjs') as typeof import('./ending.cts')
    endService(running, admission, why)
  }
  const admission = makeAdmission(running, {
    isOutOfDate: () => files?.haveChanged() === true,
    isEnding: () => reason !== undefined,
    end,
    onIdle: () => end('idle'),
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => end('stopped'))
  process.on('SIGHUP', () => end('out of date'))
  admission.begin()
  // Behind the first client, which waits.
  setImmediate(() => {
    if (reason !== undefined) return
    const { watchFiles } = require('./stale.cjs') as typeof import('./stale.cts')
    const { watchPlace } = require('./place-watch.cjs') as typeof import('./place-watch.cts')
    files = watchFiles(definition.files, signatures, () => end('out of date'))
    place = watchPlace(listening, folder, () => end('removed'))
    if (definition.heir === undefined) return
    const { appointHeir } = require('./heir.cjs') as typeof import('./heir.cts')
    heir = appointHeir(folder, listening, definition.heir)
  })
  return admission
}
