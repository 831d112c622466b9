import { closeSync, existsSync, rmSync } from 'node:fs'
import { holdLock } from '../home/lock.ts'
import { type Exit, openState, readSeen, readState, type State, writeState } from '../home/records.ts'

/**
 * Records how a life came to its end, unless the next has begun: then the record is not ours to write. What was recorded of
 * its exit stays. A full disk is no reason for it to fail: the room is taken. What can't be recorded (a read-only disk, a lock
 * that somebody broke) has come to its end all the same: that is no error.
 * @returns whether it was the last word: not, when the next life has begun, or is about to.
 */
export async function recordEnd(...end: Parameters<typeof writeEnd>): Promise<boolean> {
  return writeEnd(...end).catch(() => true)
}

/** Records it. */
async function writeEnd(
  folder: string,
  instance: string,
  phase: 'stopped' | 'failed' | 'ended',
  output = '',
): Promise<boolean> {
  if (!existsSync(`${folder}/state.json`)) return true
  const release = await holdLock(folder)
  if (release === undefined) return false
  try {
    const page = openState(`${folder}/state.json`)
    const state = readState(page)
    const isLast = state === undefined || state.instance === instance
    // Whoever stops a start makes it fail, too: that it was stopped is what counts.
    const isStopped = state?.phase === 'stopped' && phase !== 'stopped'
    if (state !== undefined && isLast && !isStopped)
      writeState(page, ended(state, phase, output, exitOf(folder, state)))
    if (isLast) rmSync(`${folder}/pid`, { force: true, recursive: true })
    closeSync(page)
    return isLast
  } finally {
    release()
  }
}

/** How it ended, as far as that is known: what it recorded itself, or its waiter did. */
function exitOf(folder: string, { instance, exit }: State): Exit | null {
  const seen = readSeen(folder)
  return typeof seen === 'object' && seen.instance === instance ? seen.exit : exit
}

/** The state of a life that is over. */
function ended(state: State, phase: State['phase'], output: string, seen: Exit | null): State {
  const exit = seen ?? { code: null, signal: null, at: Date.now(), output }
  return { ...state, phase, exit: exit.output === '' ? { ...exit, output } : exit }
}
