import { resolve } from 'node:path'
import type { Limits, Ready } from '../options/types.ts'
import type { Given } from './command.ts'
import { usage } from './parse.ts'

/** Reads a duration. A bare number is refused: people mean seconds by it, and the library milliseconds. */
export function readTimeWord(given: Given, option: string): string | undefined {
  const text = given.text(option)
  if (text === undefined || !/^\d+(?:\.\d+)?$/.test(text)) return text
  throw usage(given.command, `--${option} needs a unit: '${text}s' for seconds, or '${text}ms'`)
}

/** Reads limits, such as `core=0` and `nproc=50:100`. */
export function readLimitWords(words: readonly string[], command: string): Limits | undefined {
  if (words.length === 0) return undefined
  const entries = words.map((word) => {
    const [, name, soft = '', hard] = /^(\w+)=([^:]+)(?::(.+))?$/.exec(word) ?? []
    if (name === undefined) throw usage(command, `Expected --limit to be NAME=VALUE, such as core=0, got '${word}'`)
    return [name, hard === undefined ? readAmount(soft) : { soft: readAmount(soft), hard: readAmount(hard) }]
  })
  return Object.fromEntries(entries)
}

/** An amount: digits as a number, all else as it is. */
function readAmount(text: string): number | string {
  return /^\d+$/.test(text) ? Number(text) : text
}

const readyHelp = 'auto, exec, manual, fd:3, port:8080, port:HOST:8080, socket:PATH, http:URL, log:REGEX or file:PATH'

/** Reads when a daemon is ready. */
export function readReadyWord(word: string | undefined, command: string): Ready | undefined {
  if (word === undefined || word === 'auto' || word === 'exec' || word === 'manual') return word
  const [, kind, value = ''] = /^(\w+):(.+)$/s.exec(word) ?? []
  if (kind === 'fd' && /^\d+$/.test(value)) return { fd: Number(value) }
  if (kind === 'port') return readPort(value, '--ready', command)
  if (kind === 'socket' || kind === 'file') return { [kind]: resolve(value) } as Ready
  // http://host/ is meant as http:http://host/ is.
  if (kind === 'http') return { http: value.startsWith('//') ? word : value }
  if (kind === 'https') return { http: word }
  if (kind === 'log') return { log: value }
  throw usage(command, `Expected --ready to be ${readyHelp}, got '${word}'`)
}

/** Reads a port, with a host before it or not. */
export function readPort(value: string, option: string, command: string): { port: number; host?: string } {
  const [, host, port] = /^(?:(.+):)?(\d+)$/.exec(value) ?? []
  if (port === undefined)
    throw usage(command, `Expected ${option} to be port:8080 or port:HOST:8080, got 'port:${value}'`)
  return host === undefined ? { port: Number(port) } : { port: Number(port), host: host.replace(/^\[(.*)\]$/, '$1') }
}
