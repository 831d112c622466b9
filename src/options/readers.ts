import { fstatSync } from 'node:fs'
import { constants } from 'node:os'
import { InvalidOptionError } from '../errors.ts'
import type { ServiceIdentity } from './types.ts'

/** Reads the value of one option, or throws an InvalidOptionError that names it. */
export type Reader<Value> = (value: unknown, option: string) => Value

/** setTimeout() takes no longer time: past it, it fires at once. */
const longestTimeout = 2 ** 31 - 1

/**
 * Reads what was given, each option by its reader.
 * @throws {InvalidOptionError} for an unknown option, and a wrong type or value.
 */
export function readAll<Options extends object>(
  given: object,
  readers: { [Name in keyof Options]: Reader<Options[Name] | undefined> },
): Partial<Options> {
  const entries = Object.entries(given).map(([name, value]) => {
    if (Object.hasOwn(readers, name)) {
      return [name, value === undefined ? undefined : readers[name as keyof Options](value, name)]
    }
    const known = Object.keys(readers).join(', ')
    throw new InvalidOptionError(name, value, `There is no option '${name}'; there are: ${known}`)
  })
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined))
}

/** A path: any string that the system can take for one. */
export const readPath: Reader<string> = (value, option) => {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value
  throw invalid(option, value, 'a path (a string that is not empty and has no NUL)')
}

/** A text that goes into a command line. */
export const readText: Reader<string> = (value, option) => {
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return value
  throw invalid(option, value, 'a string that is not empty and has no NUL')
}

/** A umask: a number from 0 to 0o777, or one to four octal digits. */
export const readUmask: Reader<number> = (value, option) => {
  const mask = typeof value === 'string' && /^0?[0-7]{1,3}$/.test(value) ? Number.parseInt(value, 8) : value
  if (isWhole(mask, 0, 0o777)) return mask
  throw invalid(option, value, "a number from 0 to 0o777, or an octal string such as '022'")
}

/** A whole environment; entries that are undefined are left out. */
export const readEnvironment: Reader<Record<string, string | undefined>> = (value, option) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(option, value, 'an object of strings')
  }
  for (const [name, text] of Object.entries(value)) {
    if (name === '' || /[=\0]/.test(name)) throw invalid(`${option}.${name}`, text, "a name without '=' and NUL")
    if (text !== undefined && (typeof text !== 'string' || text.includes('\0'))) {
      throw invalid(`${option}.${name}`, text, 'a string without NUL')
    }
  }
  return { ...value }
}

/** A user or group: a name, or an id as a number or in digits. */
export const readAccount: Reader<string | number> = (value, option) => {
  if (isWhole(value, 0, 2 ** 32 - 2)) return value
  if (typeof value === 'string' && /^\d{1,10}$/.test(value)) return readAccount(Number(value), option)
  if (typeof value === 'string' && /^[^\s:\0]+$/.test(value)) return value
  throw invalid(option, value, 'a name, or an id from 0 to 4294967294')
}

/** A niceness. */
export const readNice: Reader<number> = (value, option) => {
  if (isWhole(value, -20, 19)) return value
  throw invalid(option, value, 'a whole number from -20 to 19')
}

/** Descriptors to keep: open ones, above the standard three. */
export const readFds: Reader<number[]> = (value, option) => {
  if (!Array.isArray(value)) throw invalid(option, value, 'an array of descriptors')
  for (const [index, fd] of value.entries()) {
    if (!isWhole(fd, 3, 1023)) throw invalid(`${option}[${index}]`, fd, 'a descriptor from 3 to 1023')
    checkOpen(fd, `${option}[${index}]`)
  }
  return [...new Set<number>(value)]
}

/** A daemon's name: it is the name of a folder, and a word on command lines. */
export const readName: Reader<string> = (value, option) => {
  if (isName(value)) return value
  throw invalid(option, value, 'a letter or digit, then up to 63 letters, digits, dots, underscores or hyphens')
}

/** Is this a name that a daemon can have? */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value)
}

/** A signal, by its name, with or without SIG. */
export const readSignal: Reader<NodeJS.Signals> = (value, option) => {
  const name = typeof value === 'string' ? `SIG${value.toUpperCase().replace(/^SIG/, '')}` : value
  if (typeof name === 'string' && Object.hasOwn(constants.signals, name)) return name as NodeJS.Signals
  throw invalid(option, value, "the name of a signal, such as 'SIGTERM'")
}

/** Which service a daemon is. */
export const readService: Reader<ServiceIdentity> = (value, option) => {
  const { name, version, replace, runtime, variables } = (value ?? {}) as Partial<ServiceIdentity>
  const areTexts = isName(name) && [version, runtime].every((one) => typeof one === 'string' && one !== '')
  const isObject = typeof variables === 'object' && variables !== null
  const areValues = isObject && Object.values(variables).every((one) => one === null || typeof one === 'string')
  if (areTexts && areValues && typeof replace === 'boolean') return value as ServiceIdentity
  throw invalid(option, value, 'an object of name, version, replace, runtime and variables')
}

/** Yes or no. */
export const readFlag: Reader<boolean> = (value, option) => {
  if (typeof value === 'boolean') return value
  throw invalid(option, value, 'true or false')
}

/** One of some words. */
export function readChoice<Word extends string>(...words: Word[]): Reader<Word> {
  return (value, option) => {
    if (words.includes(value as Word)) return value as Word
    throw invalid(option, value, words.map((word) => `'${word}'`).join(' or '))
  }
}

const units = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A duration, as milliseconds; more than none, and no more than a timer can wait. */
export const readDuration: Reader<number> = (value, option) => {
  const duration = toMilliseconds(value)
  if (typeof duration === 'number' && duration > 0 && duration <= longestTimeout) return duration
  throw invalid(option, value, "milliseconds above 0, or a duration such as '500ms', '10s', '5m' (24 days at the most)")
}

/** A duration that may be longer than a timer can wait. */
export const readLongDuration: Reader<number> = (value, option) => {
  const duration = toMilliseconds(value)
  if (typeof duration === 'number' && duration > 0 && duration <= Number.MAX_SAFE_INTEGER) return duration
  throw invalid(option, value, "milliseconds above 0, or a duration such as '10m', '24h', '90d'")
}

/** Reads a duration such as '10s' as milliseconds; anything else stays what it is. */
function toMilliseconds(value: unknown): unknown {
  const [, digits, unit] = (typeof value === 'string' && /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(value)) || []
  return digits === undefined ? value : Math.round(Number(digits) * units[unit as keyof typeof units])
}

const sizes = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3, TB: 1024 ** 4 }

/** Reads a size such as '512MB' as bytes; anything else stays what it is. */
export function readSize(value: unknown): unknown {
  const [, digits, unit] = (typeof value === 'string' && /^(\d+)\s*(B|KB|MB|GB|TB)$/i.exec(value)) || []
  return digits === undefined ? value : Number(digits) * sizes[unit?.toUpperCase() as keyof typeof sizes]
}

/** Reads a version: any text. */
export function readVersion(value: unknown, option: string): string {
  if (typeof value === 'string' && value !== '' && value.length <= 256) return value
  throw invalid(option, value, 'a text of up to 256 characters')
}

/** Reads names of variables. */
export function readVariableNames(value: unknown, option: string): string[] {
  if (!Array.isArray(value)) throw invalid(option, value, 'an array of names of variables')
  for (const [index, name] of value.entries()) {
    if (typeof name === 'string' && name !== '' && !/[=\0]/.test(name)) continue
    throw invalid(`${option}[${index}]`, name, "a name without '=' and NUL")
  }
  return value
}

/** Makes the error for a value that an option does not take. */
export function invalid(option: string, value: unknown, expected: string, cause?: unknown): InvalidOptionError {
  return new InvalidOptionError(option, value, `Expected ${option} to be ${expected}, got ${show(value)}`, cause)
}

/** Is this a whole number in the range? */
export function isWhole(value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

/** Refuses a descriptor that is not open. */
function checkOpen(fd: number, option: string): void {
  try {
    fstatSync(fd, { bigint: true })
  } catch (error) {
    throw invalid(option, fd, 'an open descriptor', error)
  }
}

/** Shows a value in an error: short, and never the inside of an object, which may be secret. */
function show(value: unknown): string {
  if (typeof value === 'string') return value.length > 80 ? `'${value.slice(0, 80)}…'` : JSON.stringify(value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return typeof value === 'function' ? 'a function' : String(value)
}
