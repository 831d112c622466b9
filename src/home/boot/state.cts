// What was seen of a named daemon: one page of a file, that only the holder of the name's lock writes, in place.
// In place, and not by a rename as what was declared: it can be written on a full disk, since its room was taken when it
// was created; and by a daemon that gave up root, since it was open by then. One page is copied at once, whoever is killed.
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import type { Loss } from '../../detach/boot/guard-logs.cts'
import type { Identity } from '../../system/identity.cts'

/** What was seen of a daemon. */
export interface State {
  /** Which life of the daemon this is. */
  instance: string
  kind: 'program' | 'module' | 'command' | 'service'
  /**
   * starting: not ready yet. running: ready. ended: it ended by itself. failed: it did not become ready.
   * stopped: somebody stopped it. When the process is gone, only the last three are the truth.
   */
  phase: 'starting' | 'running' | 'ended' | 'failed' | 'stopped'
  /** The process; while a command is being started, the one that starts it. */
  process: Identity
  /** Its session and process group. */
  session: number
  /** Milliseconds of the wall clock; for people to read. */
  startedAt: number
  /** How long it took until it was ready, in milliseconds. */
  readyAfter: number | null
  /** How often it was started again by `restart`. */
  restarts: number
  interpreter: { path: string; version: string }
  /** Sizes of the log files when it started. */
  logsFrom: { stdout: number; stderr: number }
  exit: Exit | null
  /** Does a waiter wait for its end, to write how it ended? */
  isKept?: boolean
  /** What could not be written to its log, when it is a program of Node. */
  lost?: Loss
}

/** How a daemon ended, as far as it can be known. */
export interface Exit {
  code: number | null
  signal: string | null
  /** Milliseconds of the wall clock. */
  at: number
  /** The last that it wrote, or why it could not be started. */
  output: string
}

/** The exit code of a daemon that ended because nobody waited for it any more (EX_TEMPFAIL of sysexits(3)): it did not fail. */
export const abandoned = 75

/** Did a life that is over fail before it was ready, by itself? One that was killed has no exit code: the next may fare better. */
export function hasFailed({ readyAfter, exit }: State): boolean {
  const code = exit?.code ?? null
  return readyAfter === null && code !== null && code !== abandoned
}

/** A page of memory on every system that this runs on. */
const pageSize = 4096

/** More of the last output does not fit beside the rest. */
const mostOutput = 2000

/** Opens the page for writing, and takes its room on the disk. What is there and no file is moved aside. */
export function openState(path: string): number {
  const fd = openPlain(path)
  if (fstatSync(fd).size < pageSize) writeSync(fd, blank, 0, pageSize, 0)
  return fd
}

/** A page that nothing is written on yet. */
const blank = Buffer.alloc(pageSize, ' ')

/** Opens the file, or creates it. */
function openPlain(path: string): number {
  const flags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK
  try {
    const fd = openSync(path, flags)
    if (fstatSync(fd).isFile()) return fd
    closeSync(fd)
    renameSync(path, `${path}.no-file-${process.pid}`)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['EISDIR', 'ELOOP', 'ENXIO'].includes(code)) renameSync(path, `${path}.no-file-${process.pid}`)
    else if (code !== 'ENOENT') throw error
  }
  return createPage(path)
}

/** Creates the file with a whole blank page: a shorter one is a damaged one. */
function createPage(path: string): number {
  const temporary = `${path}.new`
  const fd = openSync(temporary, 'w+', 0o600)
  try {
    fchmodSync(fd, 0o600)
    writeFileSync(fd, blank)
    renameSync(temporary, path)
    return fd
  } catch (error) {
    closeSync(fd)
    unlinkSync(temporary)
    throw error
  }
}

/** Writes a state over the one that is there. */
export function writeState(fd: number, state: State): void {
  writePage(fd, state.exit?.output ?? '', (output) => ({ ...state, exit: state.exit && { ...state.exit, output } }))
}

/**
 * Writes a whole page, with as much of some output as fits. It begins and ends with the same random number: a page that was
 * read while it was written has two.
 */
export function writePage(fd: number, output: string, fill: (output: string) => object): void {
  const mark = Math.random()
  const encode = (part: string): string => JSON.stringify({ mark, ...fill(part), end: mark })
  let part = output.slice(-mostOutput)
  while (Buffer.byteLength(encode(part)) > pageSize && part !== '') part = part.slice(Math.ceil(part.length / 4))
  const page = Buffer.alloc(pageSize, ' ')
  page.write(encode(part))
  writeSync(fd, page, 0, pageSize, 0)
}

/** Is the page still as it was made? Whoever makes it writes it at once. */
export function isBlank(fd: number): boolean {
  const start = Buffer.alloc(64)
  const count = readSync(fd, start, 0, start.length, 0)
  return count === start.length && start.toString('latin1').trim() === ''
}

/** Reads the state from the open page; nothing when there is none in it. */
export function readState(fd: number): State | undefined {
  const page = readPage(fd)
  return page !== undefined && isState(page) ? page : undefined
}

/** Reads a page; nothing for what is none, or not whole. */
export function readPage(fd: number): object | undefined {
  const page = Buffer.alloc(pageSize)
  for (let attempt = 0; attempt < 3; attempt += 1) {
    const text = page.toString('utf8', 0, readSync(fd, page, 0, pageSize, 0))
    try {
      const { mark, end, ...fields } = JSON.parse(text)
      if (Number.isFinite(mark) && mark === end) return fields
    } catch {
      // Once more: it may have been written meanwhile.
    }
  }
  return undefined
}

/** Is this a whole state? A life without a mark would be found in every process that has none. */
function isState(page: object): page is State {
  const { instance, phase, process, startedAt, interpreter } = page as Partial<State>
  const texts = [instance, phase, process?.start, process?.boot, interpreter?.path]
  const areTexts = texts.every((one) => typeof one === 'string' && one !== '')
  const pid = process?.pid ?? 0
  return areTexts && Number.isFinite(startedAt) && Number.isSafeInteger(pid) && pid > 1
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
