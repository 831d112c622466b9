import { invalid, isWhole, type Reader, readPath } from './readers.ts'
import type { Readiness } from './types.ts'

/** How each way of being ready is read from its value. */
const ways: Record<string, (value: unknown, option: string, all: Record<string, unknown>) => Readiness> = {
  fd: (value, option) => ({ kind: 'fd', fd: readWhole(value, option, 3, 1023) }),
  port: (value, option, { host }) => ({
    kind: 'port',
    port: readWhole(value, option, 1, 65_535),
    host: host === undefined ? undefined : readPath(host, 'ready.host'),
  }),
  socket: (value, option) => ({ kind: 'socket', path: readPath(value, option) }),
  http: (value, option) => ({ kind: 'http', url: readUrl(value, option) }),
  // A record has the flags apart: JSON has no regular expressions.
  log: (value, option, { flags }) => readPattern(value, option, flags === undefined ? '' : String(flags)),
  file: (value, option) => ({ kind: 'file', path: readPath(value, option) }),
}

/** When a daemon is ready. */
export const readReady: Reader<Readiness> = (value, option) => {
  if (value === 'auto' || value === 'exec' || value === 'manual') return { kind: value }
  const given = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  const names = Object.keys(given).filter(
    (name) => !(name === 'host' && 'port' in given) && !(name === 'flags' && 'log' in given),
  )
  const way = names.length === 1 && Object.hasOwn(ways, names[0] ?? '') ? ways[names[0] ?? ''] : undefined
  if (way !== undefined) return way(given[names[0] ?? ''], `${option}.${names[0]}`, given)
  throw invalid(option, value, `'auto', 'exec', 'manual', or an object with one of ${Object.keys(ways).join(', ')}`)
}

/** A whole number in a range. */
export function readWhole(value: unknown, option: string, least: number, most: number): number {
  if (isWhole(value, least, most)) return value
  throw invalid(option, value, `a whole number from ${least} to ${most}`)
}

/** A URL that is asked for by HTTP. */
export function readUrl(value: unknown, option: string): string {
  try {
    const url = new URL(String(value))
    if (url.protocol === 'http:' || url.protocol === 'https:') return url.href
  } catch {
    // Said below.
  }
  throw invalid(option, value, "a URL that begins with 'http://' or 'https://'")
}

/** A regular expression, or its source. */
function readPattern(value: unknown, option: string, givenFlags: string): Readiness {
  try {
    const { source, flags } = value instanceof RegExp ? value : new RegExp(readPath(value, option), givenFlags)
    return { kind: 'log', source, flags: flags.replace(/[gy]/g, '') }
  } catch (error) {
    throw invalid(option, value, 'a regular expression', error)
  }
}
