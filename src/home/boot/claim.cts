import { closeSync, constants, fchmodSync, fsyncSync, openSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import type { Birth } from '../../detach/boot/birth.cts'
import { type Identity, identify, isLiving } from '../../system/identity.cjs'
// Not first when it is needed: the package may be upgraded while the daemon runs.
import { readLastOutput } from './last-output.cjs'
import { run as keepPid } from './pid-file.cjs'
import { hasFailed, openState, readState, type State, writeState } from './state.cjs'

/** What the launcher wants to be recorded under the name's lock. */
export interface Claim {
  /** The daemon's folder. */
  folder: string
  /** What was declared, as it is to stand in the file; null when that stands there already. */
  record: string | null
  state: Omit<State, 'process'>
  /** The life that the launcher saw last, '' for none: one that has failed since fails this start, too. Left out: none does. */
  seen?: string
  /** Keep the number of restarts that is in the file, and add one? */
  isRestart: boolean
  /** Is this not to start what somebody has stopped? Whoever stops it writes that under the same lock. */
  unlessStopped?: boolean
}

/**
 * As a prelude: this process holds the lock of a name, and takes it, unless the process that the name belonged to last
 * still lives: a command does not hold the lock. Says so, and ends, then.
 */
export function run(birth: Birth, { folder, record, state, seen, isRestart, unlessStopped }: Claim): void {
  const { line } = birth
  line.enter('claim')
  birth.folder = folder
  const page = openState(`${folder}/state.json`)
  const last = readState(page)
  if (
    last !== undefined &&
    (isLiving(last.process) ||
      (seen !== undefined && last.instance !== seen && hasFailed(last)) ||
      (unlessStopped === true && last.phase === 'stopped'))
  ) {
    line.report({ kind: 'taken', pid: last.process.pid })
    process.exit(0)
  }
  const restarts = isRestart ? (last?.restarts ?? 0) + 1 : state.restarts
  const first = { ...state, restarts, process: identify(process.pid) as Identity }
  // Before the record, whose way to the disk is long: a page that was just made looks like a damaged one until then.
  writeState(page, first)
  if (record !== null) replaceFile(`${folder}/record.json`, record)
  hold(birth, folder, page, first)
}

/** What becomes the holder of a name. */
type Holder = Pick<Birth, 'line' | 'holds' | 'onLoss'>

/** Takes over the name from a process that is gone, whose lock this one has inherited. The life goes on, as another process. */
export function inheritName(birth: Holder, folder: string): void {
  const page = openState(`${folder}/state.json`)
  const last = readState(page)
  if (last === undefined) throw new Error(`${folder}/state.json is damaged: its heir can't go on with it`)
  const interpreter = { path: process.execPath, version: process.version }
  const state: State = {
    ...last,
    phase: 'running',
    exit: null,
    process: identify(process.pid) as Identity,
    interpreter,
  }
  writeState(page, state)
  hold(birth, folder, page, state)
}

/** How long it is gathered what is lost, in milliseconds, before that is written. */
const lossPause = 500

/** Writes what is seen of this daemon, now and at each change. */
function hold(birth: Holder, folder: string, page: number, first: State): void {
  const { line, holds } = birth
  let state = first
  let stays = false
  const born = performance.now()
  const update = (changes: Partial<State>): void => {
    state = { ...state, ...changes }
    writeState(page, state)
  }
  let fatal = ''
  const end = (code: number | null, signal: string | null): void => {
    if (state.phase === 'ended') return
    const output = [readLastOutput(state), fatal].filter((text) => text !== '').join('\n')
    update({ phase: 'ended', exit: { code, signal, at: Date.now(), output } })
  }
  keepPidFile(birth, folder)
  let isToWrite = false
  birth.onLoss = (lost) => {
    state = { ...state, lost }
    if (isToWrite) return
    isToWrite = true
    // Whoever loses a line loses many.
    setTimeout(() => {
      isToWrite = false
      update({})
    }, lossPause).unref()
  }
  line.beforeReady(() => update({ phase: 'running', readyAfter: Math.round(performance.now() - born) }))
  // Node prints an uncaught error after the 'exit' event, when it is too late to read it from the log.
  process.on('uncaughtExceptionMonitor', (error) => {
    fatal = String((error as Error | undefined)?.stack ?? error)
  })
  process.on('exit', (code) => {
    if (stays) return
    end(code, null)
  })
  holds.push({
    passTo: (pid, start) => {
      if (start !== null) update({ process: { ...state.process, pid, start } })
    },
    end: ({ code, signal }) => end(code, signal),
    leave: () => {
      stays = true
    },
  })
}

/** Writes a file so that there is always either the old one or the new one, whole. */
function replaceFile(path: string, content: string): void {
  const temporary = `${path}.new`
  const fd = openSync(temporary, 'w', 0o600)
  try {
    fchmodSync(fd, 0o600)
    // Not writeSync: on a disk that is nearly full it writes a part, and says so by a number alone.
    writeFileSync(fd, content)
    fsyncSync(fd)
  } catch (error) {
    unlinkSync(temporary)
    throw error
  } finally {
    closeSync(fd)
  }
  renameSync(temporary, path)
}

/** Writes the pid for people and monitors. It decides nothing, so that a full disk costs no more than this label. */
function keepPidFile(birth: Pick<Birth, 'line' | 'holds'>, folder: string): void {
  const path = `${folder}/pid`
  try {
    const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o644)
    fchmodSync(fd, 0o644)
    keepPid(birth, { fd, path })
  } catch {
    // See above.
  }
}
