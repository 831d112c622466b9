import type { Socket } from 'node:net'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Birth } from '../detach/boot/birth.cts'
import type { Definition } from './definition.cts'
import { listen } from './listen.cjs'

let isServing = false
let isListening = false

/** Serves, when this process is the daemon of that very service. */
export function serveInDaemon(definition: Definition): void {
  const birth = findBirth()
  if (birth?.folder === undefined) return
  const { folder, line } = birth
  if (basename(folder) !== definition.instance) explainOnExit(line, basename(folder))
  else if (!isServing) {
    isServing = true
    const { signaturesOf } = require('./stale.cjs') as typeof import('./stale.cts')
    const signatures = signaturesOf(definition.files)
    // Once the code behind the call has run: methods may use what it defines.
    setImmediate(() => begin(definition, signatures, birth, folder))
  }
}

/**
 * Listens, and is ready. What answers is loaded then: a client needs the same time to connect, and what comes meanwhile waits.
 */
async function begin(
  definition: Definition,
  signatures: readonly string[],
  { line }: Birth,
  folder: string,
): Promise<void> {
  try {
    const waiting: Socket[] = []
    let admit = (socket: Socket): void => void waiting.push(socket)
    const listening = await listen(folder, (socket) => admit(socket))
    line.ready()
    const { runHost } = require('./host.cjs') as typeof import('./host.cts')
    const host = runHost(definition, signatures, folder, listening)
    admit = host.admit
    for (const socket of waiting) admit(socket)
  } catch (error) {
    line.failed(error)
    throw error
  }
}

/** A daemon that ends before it has served what it was started for says what its module serves instead. */
function explainOnExit(line: Birth['line'], asked: string): void {
  if (isListening) return
  isListening = true
  process.prependListener('exit', () => {
    if (isServing || !line.isOpen()) return
    const { describeMismatch } = require('./mismatch.cjs') as typeof import('./mismatch.cts')
    line.failed(new Error(`${process.argv[1]} ${describeMismatch(asked)}`))
  })
}

/** What this process was born with, when it is a daemon: see become/verbs.ts. */
function findBirth(): Birth | undefined {
  const boot = pathToFileURL(join(__dirname, '..', 'detach', 'boot', 'boot.entry.cjs')).href
  return (globalThis as Record<symbol, unknown>)[Symbol.for(boot)] as Birth | undefined
}
