import { closeSync, constants, fstatSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { isName } from '../options/readers.ts'
import { type Identity, isLiving } from '../system/process-table.ts'
import type * as state from './boot/state.cts'

// Required, and not imported, for the reason that process-table.ts gives.
const code = createRequire(import.meta.url)('./boot/state.cjs') as typeof state

export type State = state.State
export type Exit = state.Exit
export const openState: typeof state.openState = code.openState
export const readState: typeof state.readState = code.readState
export const writeState: typeof state.writeState = code.writeState

/** What was declared: the public options that a daemon was started with, paths made absolute, as JSON. */
export interface Declared {
  kind: State['kind']
  /** The options of startDaemon(), or of the verb that made it. */
  options: Record<string, unknown>
  /** For a program that makes itself a daemon: how it is run again, and where. */
  rerun?: { args: string[]; workingDir: string; call: string }
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
  return ['program', 'module', 'command'].includes(kind) && areTexts && areLists && areObjects && rerun.args.length > 0
}

/** What a folder says of its daemon. */
export type Seen = State | 'garbage' | undefined

/** Reads what was seen of a daemon: nothing when it never started; 'garbage' when the file is damaged. */
export function readSeen(folder: string): Seen {
  let fd: number
  try {
    fd = openSync(`${folder}/state.json`, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : 'garbage'
  }
  try {
    const isFile = fstatSync(fd).isFile()
    const seen = isFile ? readState(fd) : undefined
    if (isFile && seen === undefined && code.isBlank(fd)) return undefined
    // A folder that was copied tells of another daemon's life.
    return seen?.instance.startsWith(`${folder}#`) === true ? seen : 'garbage'
  } catch {
    return 'garbage'
  } finally {
    closeSync(fd)
  }
}

/** The process of a daemon, when it lives. */
export function livingProcess(seen: Seen): Identity | undefined {
  return typeof seen === 'object' && isLiving(seen.process) ? seen.process : undefined
}

/** The names in a home, sorted. */
export function listNames(home: string): string[] {
  return readdirSync(home, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isName(entry.name))
    .map(({ name }) => name)
    .sort()
}

/** Reads a file, and nothing else: a FIFO in its place hangs nobody. */
export function readPlain(path: string): string {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    return fstatSync(fd).isFile() ? readFileSync(fd, 'utf8') : ''
  } finally {
    closeSync(fd)
  }
}
