import { closeSync, existsSync, rmSync } from 'node:fs'
import { holdLock } from '../home/lock.ts'
import { openState, readState, type State, writeState } from '../home/records.ts'

/**
 * Records how a life came to its end, unless the next has begun: then the record is not ours to write. What was recorded of
 * its exit stays. A full disk is no reason for it to fail: the room is taken. What can't be recorded (a read-only disk, a lock
 * that somebody broke) has come to its end all the same: that is no error.
 */
export async function recordEnd(...end: Parameters<typeof writeEnd>): Promise<void> {
  await writeEnd(...end).catch(() => {})
}

/** Records it. */
async function writeEnd(folder: string, instance: string, phase: 'stopped' | 'failed', output = ''): Promise<void> {
  if (!existsSync(`${folder}/state.json`)) return
  const release = await holdLock(folder)
  if (release === undefined) return
  try {
    const page = openState(`${folder}/state.json`)
    const state = readState(page)
    if (state !== undefined && state.instance === instance) writeState(page, ended(state, phase, output))
    if (state === undefined || state.instance === instance) rmSync(`${folder}/pid`, { force: true, recursive: true })
    closeSync(page)
  } finally {
    release()
  }
}

/** The state of a life that is over. */
function ended(state: State, phase: State['phase'], output: string): State {
  const exit = state.exit ?? { code: null, signal: null, at: Date.now(), output }
  return { ...state, phase, exit: exit.output === '' ? { ...exit, output } : exit }
}
