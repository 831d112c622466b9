import { closeSync, openSync, readSync, statSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import type { Readiness } from '../options/types.ts'
import type { Probe } from './wait.cts'

/** What a probe looks at, besides what the option says. */
export interface ProbeTargets {
  /** The daemon's logs, and how long they were before it was started. */
  logs: readonly { path: string; size: number }[]
  /** The other end of the descriptor that the daemon notifies on. */
  notify: Duplex | undefined
  /** When the start began, in milliseconds of the wall clock. */
  startedAt: number
}

/** One look: true when the daemon is ready, else what was seen. */
type Look = () => Promise<true | string> | true | string

/** Pauses between two looks, in milliseconds: the first, and the longest. */
const pauses = { first: 10, longest: 200 }

/** Makes what looks from outside whether a daemon is ready; nothing when the daemon says so itself. */
export async function makeProbe(ready: Readiness, targets: ProbeTargets): Promise<Probe | undefined> {
  const look = await makeLook(ready, targets)
  return look === undefined ? undefined : poll(look)
}

/** Makes the function that looks once. */
async function makeLook(ready: Readiness, { logs, notify, startedAt }: ProbeTargets): Promise<Look | undefined> {
  switch (ready.kind) {
    case 'fd':
      return lookAtDescriptor(notify, ready.fd)
    case 'port':
    case 'socket':
    case 'http': {
      const { lookAtHttp, lookAtPort, lookAtSocket } = await import('./connect.ts')
      if (ready.kind === 'http') return () => lookAtHttp(ready.url)
      return ready.kind === 'port' ? () => lookAtPort(ready.port, ready.host) : () => lookAtSocket(ready.path)
    }
    case 'log':
      return lookAtLogs(new RegExp(ready.source, ready.flags), logs)
    case 'file':
      return () => lookAtFile(ready.path, startedAt)
    default:
      return undefined
  }
}

/** Looks until it is ready, or told to end. */
function poll(look: Look): Probe {
  let timer: NodeJS.Timeout | undefined
  let ended = false
  let seen = 'nothing was seen yet'
  const turn = async (pause: number, onReady: () => void): Promise<void> => {
    const result = await look()
    if (ended) return
    if (result === true) return onReady()
    seen = result
    timer = setTimeout(() => turn(Math.min(pause * 1.5, pauses.longest), onReady), pause)
  }
  return {
    begin: (onReady) => void turn(pauses.first, onReady),
    seen: () => seen,
    end: () => {
      ended = true
      clearTimeout(timer)
    },
  }
}

/** Looks whether a newline came in on the descriptor. */
function lookAtDescriptor(notify: Duplex | undefined, fd: number): Look {
  let state: true | string = `no newline was written to descriptor ${fd}`
  notify?.on('data', (bytes: Buffer) => {
    if (bytes.includes(10)) state = true
  })
  return () => state
}

/** Looks whether a line of the logs matches, from where they were when the daemon was started. */
function lookAtLogs(pattern: RegExp, logs: ProbeTargets['logs']): Look {
  const readers = [...new Map(logs.map((log) => [log.path, makeReader(log)])).values()]
  return () =>
    readers.some((read) => read().some((line) => pattern.test(line))) || `no line of its output matched ${pattern}`
}

/** More of an unfinished line is not kept. */
const longestLine = 65_536

/** Makes a function that reads the lines that are new in a file; the unfinished last one is read again the next time. */
function makeReader({ path, size }: { path: string; size: number }): () => string[] {
  let position = size
  let rest = ''
  return () => {
    try {
      const { text, end } = readFrom(path, statSync(path).size < position ? 0 : position)
      position = end
      const lines = (rest + text).split('\n')
      rest = (lines.at(-1) ?? '').slice(-longestLine)
      return lines
    } catch {
      return []
    }
  }
}

/** Reads a file from a position on, a part of it at a time. */
function readFrom(path: string, position: number): { text: string; end: number } {
  const fd = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(262_144)
    const count = readSync(fd, buffer, 0, buffer.length, position)
    return { text: buffer.toString('utf8', 0, count), end: position + count }
  } finally {
    closeSync(fd)
  }
}

/** Looks whether a file is there that was made, or written to, since the start. File systems round times. */
function lookAtFile(path: string, startedAt: number): true | string {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return `there is no file ${path}`
  return stats.mtimeMs >= startedAt - 20 || `${path} is older than this start`
}
