import { readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isName } from '../options/readers.ts'
import type * as state from './boot/state.cts'
import type * as seeing from './seen.cts'

// Required, and not imported, for the reason that process-table.ts gives.
const require = createRequire(import.meta.url)
const code = require('./boot/state.cjs') as typeof state
const see = require('./seen.cjs') as typeof seeing

export type State = state.State
export type Exit = state.Exit
export const openState: typeof state.openState = code.openState
export const readState: typeof state.readState = code.readState
export const writeState: typeof state.writeState = code.writeState
const { readPlain } = code

export type Seen = seeing.Seen
export const readSeen: typeof seeing.readSeen = see.readSeen
export const livingProcess: typeof seeing.livingProcess = see.livingProcess

/** What was declared: the public options that a daemon was started with, paths made absolute, as JSON. */
export interface Declared {
  kind: State['kind']
  /** The options of startDaemon(), or of the verb that made it. */
  options: Record<string, unknown>
  /** For a program that makes itself a daemon: how it is run again, and where. */
  rerun?: { args: string[]; workingDir: string; call: string }
  /** How its keeper keeps it, read and complete; left out when it is not kept. */
  kept?: Readonly<Record<string, unknown>> | undefined
}

/** Reads what was declared for a daemon; nothing when there is no such file, or it is garbage. */
export function readDeclared(folder: string): Declared | undefined {
  try {
    const declared = JSON.parse(readPlain(`${folder}/record.json`))
    return isWhole(declared) ? declared : undefined
  } catch {
    return undefined
  }
}

/** Has it the shape that is relied on? Somebody may have edited it. */
function isWhole({ kind, options, rerun = { args: ['-'], workingDir: '/', call: '' } }: Declared): boolean {
  const { module = '', command = [], args = [], stdout = '', stderr = '', env = {} } = options
  const isText = (value: unknown): boolean => typeof value === 'string' && !value.includes('\0')
  const areTexts = [module, stdout, stderr, rerun.workingDir].every(isText)
  const areLists = [command, args, rerun.args].every((list) => Array.isArray(list) && list.every(isText))
  const areObjects = [options, env].every((one) => typeof one === 'object' && one !== null && !Array.isArray(one))
  return (
    ['program', 'module', 'command', 'service'].includes(kind) &&
    areTexts &&
    areLists &&
    areObjects &&
    rerun.args.length > 0
  )
}

/** The names in a home, sorted. */
export function listNames(home: string): string[] {
  return readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isName(entry.name))
    .map(({ name }) => name)
    .sort()
}
