import { readListOf } from './keep.ts'
import { readObject } from './read-object.ts'
import { invalid, isWhole, type Reader, readDuration, readPath, readSize } from './readers.ts'
import { readUrl, readWhole } from './ready.ts'
import type { HealthCheck, HealthTarget } from './types.ts'

/** What each kind of check is read from. */
const targets: Record<string, (value: unknown, option: string, all: Record<string, unknown>) => HealthTarget> = {
  http: (value, option) => ({ kind: 'http', url: readUrl(value, option) }),
  port: (value, option, { host }) => ({
    kind: 'port',
    port: readWhole(value, option, 1, 65_535),
    host: host === undefined ? undefined : readPath(host, 'health.host'),
  }),
  socket: (value, option) => ({ kind: 'socket', path: readPath(value, option) }),
  command: (value, option) => ({ kind: 'command', words: readCommand(value, option) }),
}

const defaults = { interval: 10_000, timeout: 5000, failures: 3, startPeriod: 30_000 }

/** How it is looked whether a daemon is well. */
export const readHealth: Reader<HealthCheck> = (value, option) => {
  const given = typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
  const all = given as Record<string, unknown>
  const [kind, ...others] = Object.keys(targets).filter((name) => all[name] !== undefined)
  if (kind === undefined || others.length > 0) {
    throw invalid(option, value, `an object with one of ${Object.keys(targets).join(', ')}`)
  }
  const target = targets[kind]?.(all[kind], `${option}.${kind}`, all) as HealthTarget
  const { [kind]: _, ...times } = all
  if (kind === 'port') delete times['host']
  return { ...target, ...defaults, ...readTimes(times, option) }
}

/** Reads when checks are made, and how many count. */
function readTimes(times: object, option: string): Partial<typeof defaults> {
  return readObject<typeof defaults>(times, option, {
    interval: readTime(100),
    timeout: readDuration,
    failures: (failures, name) => readWhole(failures, name, 1, 1000),
    startPeriod: (period, name) => (period === 0 || period === '0s' ? 0 : readDuration(period, name)),
  })
}

/** How long a daemon may be silent. */
export const readWatchdog: Reader<number> = readTime(100)

/** Reads a time that is no shorter than some milliseconds: a look costs something. */
function readTime(least: number): Reader<number> {
  return (value, option) => {
    const time = readDuration(value, option)
    if (time >= least) return time
    throw invalid(option, value, `no less than ${least} ms`)
  }
}

/** How much memory all processes of a daemon may have. */
export const readMaxMemory: Reader<number> = (value, option) => {
  const size = readSize(value)
  if (isWhole(size, 1, Number.MAX_SAFE_INTEGER)) return size
  throw invalid(option, value, "bytes above 0, or a size such as '512MB', '2GB'")
}

/** Reads a program and its arguments. */
function readCommand(value: unknown, option: string): string[] {
  const words = readListOf((word, name) => {
    if (typeof word === 'string' && !word.includes('\0')) return word
    throw invalid(name, word, 'a string without NUL')
  })(value, option)
  if (words[0] !== undefined && words[0] !== '') return words
  throw invalid(option, value, 'at least a program')
}
