import { resolve } from 'node:path'
import type { Health, KeepOptions } from '../options/types.ts'
import type { Given } from './command.ts'
import { usage } from './parse.ts'
import { readPort, readTimeWord } from './read-values.ts'

/** Reads how it is looked whether a daemon is well. */
export function readHealthWords(given: Given): Pick<KeepOptions, 'health' | 'watchdog' | 'maxMemory' | 'maxAge'> {
  const memory = given.text('max-memory')
  return {
    health: readHealth(given),
    watchdog: readTimeWord(given, 'watchdog'),
    maxMemory: memory !== undefined && /^\d+$/.test(memory) ? Number(memory) : memory,
    maxAge: readTimeWord(given, 'max-age'),
  }
}

/** Reads a check, and its times. */
function readHealth(given: Given): Health | undefined {
  const word = given.text('health')
  const failures = given.text('health-failures')
  const details = {
    interval: readTimeWord(given, 'health-interval'),
    timeout: readTimeWord(given, 'health-timeout'),
    failures: failures !== undefined && /^\d+$/.test(failures) ? Number(failures) : failures,
    startPeriod: readTimeWord(given, 'health-start-period'),
  }
  const entries = Object.entries(details).filter(([, value]) => value !== undefined)
  if (word !== undefined) return { ...readCheck(word, given.command), ...Object.fromEntries(entries) }
  if (entries.length === 0) return undefined
  throw usage(given.command, 'The options --health-... say how a check is made: --health says which')
}

const forms = 'http:URL, port:8080, port:HOST:8080, socket:PATH or command:TEXT'

/** Reads what is checked. */
function readCheck(word: string, command: string): Health {
  const [, kind, value = ''] = /^(\w+):(.+)$/s.exec(word) ?? []
  if (kind === 'port') return readPort(value, '--health', command)
  if (kind === 'socket') return { socket: resolve(value) }
  // http://host/ is meant as http:http://host/ is.
  if (kind === 'http') return { http: value.startsWith('//') ? word : value }
  if (kind === 'https') return { http: word }
  if (kind === 'command') return { command: ['/bin/sh', '-c', value] }
  throw usage(command, `Expected --health to be ${forms}, got '${word}'`)
}
