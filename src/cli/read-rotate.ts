import type { Rotate } from '../options/types.ts'
import type { Given } from './command.ts'
import { usage } from './parse.ts'

const names = ['size', 'keep', 'every', 'compress', 'total']

/** Reads how logs are rotated, such as `size=10MB,keep=5,compress=no`. */
export function readRotateWord(given: Given): Rotate | boolean | undefined {
  const text = given.text('rotate')
  if (text === undefined) return undefined
  if (text === 'on' || text === 'off') return text === 'on'
  const entries = text.split(',').map((word): [string, unknown] => {
    const [, name = '', value = ''] = /^(\w+)=(.+)$/.exec(word) ?? []
    if (names.includes(name)) return [name, readValue(name, value)]
    throw usage(given.command, `Expected --rotate to be on, off, or such as size=10MB,keep=5,every=day, got '${word}'`)
  })
  return Object.fromEntries(entries)
}

/** Reads one value; what the library does not take it refuses itself. */
function readValue(name: string, value: string): unknown {
  if (name === 'compress' && (value === 'yes' || value === 'no')) return value === 'yes'
  return name !== 'every' && /^\d+$/.test(value) ? Number(value) : value
}
