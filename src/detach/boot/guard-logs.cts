// A disk that is full must not end a daemon that logs. Node's own stream of a file is broken for good by the first write that fails: every
// later one fails as well, and whoever does not listen for its 'error' is ended by it.
import { writeSync } from 'node:fs'

/** What a daemon wrote that its log has not: there was no room for it, or the disk failed. */
export interface Loss {
  lines: number
  bytes: number
  /** When the first of it was lost, in milliseconds of the wall clock. */
  since: number
  /** The last error, as errno(3) names it. */
  code: string
}

/** A write that fails so may be lost; another failure is a mistake that the daemon's own code has to hear of. */
const losing = ['ENOSPC', 'EDQUOT', 'EIO', 'EFBIG']

/**
 * Has both streams, when they lead to a file, go on when that can't be written: what is lost is counted, and the log says how much is
 * missing as soon as it can be written again. Nothing happens before a stream is used.
 * @param onLoss told at each loss of all that was lost so far.
 */
export function guardLogs(onLoss: (loss: Loss) => void): void {
  let total: Loss | undefined
  const count = (lost: Loss): void => {
    total = add(total, lost)
    onLoss(total)
  }
  for (const name of ['stdout', 'stderr'] as const) {
    const own = Object.getOwnPropertyDescriptor(process, name)
    if (own?.get === undefined) continue
    const open = own.get.bind(process) as () => FileStream
    let stream: FileStream | undefined
    Object.defineProperty(process, name, {
      ...own,
      get: () => {
        stream ??= guard(open(), count)
        return stream
      },
    })
  }
}

/** What is used of Node's stream of a file (SyncWriteStream). */
type FileStream = NodeJS.WriteStream & {
  fd: number
  _type?: string
  _write(chunk: Uint8Array, encoding: string, done: (error?: unknown) => void): void
}

/** Has a stream go on. One that leads to no file is left as it is: there whoever reads decides. */
function guard(stream: FileStream, count: (lost: Loss) => void): FileStream {
  if (stream._type !== 'fs') return stream
  const { fd } = stream
  let missing: Loss | undefined
  /** Does what got through end in the middle of a line? */
  let isCut = false
  const put = (bytes: Uint8Array): Appended => {
    const appended = append(fd, bytes)
    if (appended.length > 0) isCut = bytes[appended.length - 1] !== newline
    return appended
  }
  stream._write = (chunk, _encoding, done) => {
    const { error: failure } = missing === undefined ? { error: undefined } : put(noticeOf(missing, isCut))
    if (failure === undefined) missing = undefined
    const { length, error } = failure === undefined ? put(chunk) : { length: 0, error: failure }
    if (error === undefined) return done()
    if (!losing.includes(error.code ?? '')) return done(error)
    const rest = chunk.subarray(length)
    const lost = { lines: linesOf(rest), bytes: rest.length, since: Date.now(), code: error.code ?? '' }
    missing = add(missing, lost)
    count(lost)
    done()
  }
  return stream
}

/** Adds up what is lost. */
function add(before: Loss | undefined, { lines, bytes, since, code }: Loss): Loss {
  if (before === undefined) return { lines, bytes, since, code }
  return { lines: before.lines + lines, bytes: before.bytes + bytes, since: before.since, code }
}

const newline = 10

/** How much of something was written, and why not the rest. */
interface Appended {
  length: number
  error: NodeJS.ErrnoException | undefined
}

/** Writes all of it, or as much as there is room for: one call may write less, and say so by a number alone. */
function append(fd: number, bytes: Uint8Array): Appended {
  let length = 0
  try {
    while (length < bytes.length) length += writeSync(fd, bytes, length)
    return { length, error: undefined }
  } catch (error) {
    return { length, error: error as NodeJS.ErrnoException }
  }
}

/** What the log says in the place of what is missing: a line of its own. */
function noticeOf({ lines, bytes, since, code }: Loss, isCut: boolean): Buffer {
  const begin = `${isCut ? '\n' : ''}daemonic: ${lines} lines (${bytes} bytes) are missing here`
  return Buffer.from(`${begin}, from ${new Date(since).toISOString()} on: they could not be written (${code})\n`)
}

/** How many lines end in it. */
function linesOf(bytes: Uint8Array): number {
  let count = 0
  for (let at = bytes.indexOf(newline); at >= 0; at = bytes.indexOf(newline, at + 1)) count += 1
  return count
}
