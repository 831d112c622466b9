// CommonJS, because clients of services look at it, and load no module for that.
import { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { type Identity, isLiving } from '../system/identity.cjs'
import { isBlank, readState, type State } from './boot/state.cjs'

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
    if (isFile && seen === undefined && isBlank(fd)) return undefined
    // A folder that was copied tells of another daemon's life.
    return seen?.instance.startsWith(`${folder}#`) === true ? withExit(folder, seen) : 'garbage'
  } catch {
    return 'garbage'
  } finally {
    closeSync(fd)
  }
}

/** Adds how it ended, when it could not record that itself, and its waiter has. */
function withExit(folder: string, state: State): State {
  if (state.isKept !== true || state.exit !== null || isLiving(state.process)) return state
  const { readExit } = require('./life.cjs') as typeof import('./life.cts')
  const exit = readExit(folder, state.instance)
  return exit === undefined ? state : { ...state, exit: { ...exit, output: '' } }
}

/** The process of a daemon, when it lives. */
export function livingProcess(seen: Seen): Identity | undefined {
  return typeof seen === 'object' && isLiving(seen.process) ? seen.process : undefined
}
