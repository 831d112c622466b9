// Birth and line in one file, and what few starts need behind require(): all of it is on the way to the user's first line.
import { closeSync, fstatSync, readSync, writeSync } from 'node:fs'
import type { DaemonContext } from '../context.ts'
import type { Report, StartMessage } from '../message.ts'
import { guardLogs, type Loss } from './guard-logs.cjs'
import type { Settlement } from './settle.cts'

/** What the layers above find when this process is a daemon. */
export interface Birth {
  message: StartMessage
  payload: Buffer
  /** The line to the launcher, open until the daemon is ready. */
  line: Line
  /** Has the user's code become a daemon: by a call, or because it was started as one? */
  hasArrived: boolean
  /** The folder of its name, when it has one. */
  folder: string | undefined
  /** What is held for the daemon's life, and says which process it is. */
  holds: Hold[]
  /** Says that the daemon is alive, when somebody wants to know. */
  alive: () => void
  /** Hears of what could not be written to the log: of all of it, at each loss. */
  onLoss: (loss: Loss) => void
  /** Turns this process into what the options ask for. */
  settle(settlement: Settlement): void
  /** What the user's code knows of its daemon by. */
  readonly context: DaemonContext
}

/** Something that a prelude holds for the daemon's life: its name, its pid file. */
export interface Hold {
  /** The daemon is another process than this one: the command that it started. */
  passTo(pid: number, identity: string | null): void
  /** That command has ended, while this process was still there to see it. */
  end(exit: { code: number | null; signal: string | null }): void
  /** This process leaves, the daemon goes on: nothing is removed at its end. */
  leave(): void
}

/** Makes this process the daemon that its launcher describes, as far as it can be done before the user's code. */
export function beBorn(channel: number): Birth {
  delete process.env['DAEMONIC_CHANNEL']
  const { message, payload } = readFrame(channel)
  restoreEnvironment(message)
  closeInherited(message.close)
  const line = openLine(channel)
  let context: DaemonContext | undefined
  const birth: Birth = {
    message,
    payload,
    line,
    hasArrived: false,
    folder: undefined,
    holds: [],
    alive: () => {},
    onLoss: () => {},
    settle: (settlement) => settle(line, settlement),
    get context() {
      context ??= makeContext(birth)
      return context
    },
  }
  guardLogs((loss) => birth.onLoss(loss))
  line.report({ kind: 'born', pid: process.pid, step: 'boot' })
  runPreludes(birth)
  line.at(message.work === null ? 'module' : 'program')
  return birth
}

/** Runs what layers above want done before the user's code; each enters steps of its own. */
function runPreludes(birth: Birth): void {
  try {
    for (const { module, data } of birth.message.preludes) require(module).run(birth, data)
  } catch (error) {
    birth.line.failed(error)
    throw error
  }
}

/** Settles; behind require(), as what follows. */
function settle(line: Line, settlement: Settlement): void {
  ;(require('./settle.cjs') as typeof import('./settle.cts')).settle(line, settlement)
}

/** Makes the context; few daemons touch it. */
function makeContext(birth: Birth): DaemonContext {
  return (require('./context.cjs') as typeof import('./context.cts')).makeContext(birth)
}

/** Reads the launcher's one message: two lengths (32 bits, little-endian), the JSON, the payload. */
function readFrame(channel: number): { message: StartMessage; payload: Buffer } {
  const lengths = readExactly(channel, 8)
  const message = readExactly(channel, lengths.readUInt32LE(0))
  const payload = readExactly(channel, lengths.readUInt32LE(4))
  return { message: JSON.parse(message.toString()), payload }
}

/** Reads so many bytes. A launcher that is gone has no use for a daemon: this process ends before the user's code ran. */
function readExactly(channel: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length)
  for (let filled = 0; filled < length; ) {
    const count = readSync(channel, buffer, filled, length - filled, null)
    if (count === 0) process.exit(1)
    filled += count
  }
  return buffer
}

/** Gives the user's code the environment that it would have without us. */
function restoreEnvironment({ nodeOptions, environment }: StartMessage): void {
  delete process.env['NODE_OPTIONS']
  if (nodeOptions !== null) process.env['NODE_OPTIONS'] = nodeOptions
  for (const [name, value] of Object.entries(environment)) {
    if (value === null) delete process.env[name]
    else process.env[name] = value
  }
}

/** Closes what came through the launcher from whoever started it. */
function closeInherited(descriptors: StartMessage['close']): void {
  for (const descriptor of descriptors) {
    if (leadsTo(descriptor)) closeSync(descriptor.fd)
  }
}

/** Does the number lead to that file here, too? If not, it did not come through, and may by now be Node's own. */
function leadsTo({ fd, dev, ino }: StartMessage['close'][number]): boolean {
  try {
    // With bigint, or Node 20 looks at the type of this file, which may be a pipe, in its next realpath, and follows no links.
    const here = fstatSync(fd, { bigint: true })
    return String(here.dev) === dev && String(here.ino) === ino
  } catch {
    return false
  }
}

/** The daemon's end of the channel: what it says until it is ready. */
export interface Line {
  /** Enters a step: whatever is thrown from here on is thrown in it. */
  enter(step: string): void
  /** Enters a step, and says so: the daemon may end, or hang, in it. */
  at(step: string): void
  /** Says something to the launcher. */
  report(report: Report): void
  /** Says that the daemon failed. Only the first failure counts. */
  failed(error: unknown): void
  /** Says that the daemon is ready, and closes the channel. Later calls do nothing. */
  ready(): void
  /** Has something done just before that is said. */
  beforeReady(listener: () => void): void
  /** Leaves the channel open when the daemon is ready: the end of this process closes it. */
  stayOpen(): void
  /** From now on the launcher decides: it says so when it sees from outside that the daemon is ready. */
  awaitLauncher(): void
  isOpen(): boolean
}

/** Opens the line, and sees to it that no end of this process goes unsaid. */
function openLine(channel: number): Line {
  let open = true
  let failed = false
  let step = 'boot'
  const listeners: (() => void)[] = []
  let close = (): unknown => closeSync(channel)

  const report = (report: Report): void => {
    if (open && !tryWrite(channel, `${JSON.stringify(report)}\n`)) abandon()
  }
  const line: Line = {
    enter: (name) => {
      step = name
    },
    at: (name) => {
      step = name
      report({ kind: 'at', step })
    },
    report,
    failed: (error) => {
      if (failed) return
      failed = true
      const { encodeError } = require('./encode-error.cjs') as typeof import('./encode-error.cts')
      report({ kind: 'failed', step, error: encodeError(error) })
    },
    ready: () => {
      if (!open) return
      for (const listener of listeners) listener()
      report({ kind: 'ready' })
      open = false
      stopWatching()
      close()
    },
    beforeReady: (listener) => void listeners.push(listener),
    stayOpen: () => {
      close = () => {}
    },
    awaitLauncher: () => {
      const { Socket } = require('node:net') as typeof import('node:net')
      const socket = new Socket({ fd: channel, readable: true, writable: false }).unref()
      // Its end without a word is the launcher's; the next beat meets it.
      socket.on('error', () => {}).on('data', () => line.ready())
      close = () => socket.destroy()
    },
    isOpen: () => open,
  }
  const stopWatching = watch(line, (exitCode) => {
    if (open) tryWrite(channel, `${JSON.stringify({ kind: 'ended', exitCode } satisfies Report)}\n`)
    open = false
  })
  return line
}

/** Watches for every way in which this process can end early, until told to stop. */
function watch(line: Line, onExit: (exitCode: number) => void): () => void {
  const onError = (error: unknown): void => {
    if (isFatal()) line.failed(error)
  }
  process.on('uncaughtExceptionMonitor', onError)
  process.prependListener('exit', onExit)
  // A launcher that was killed is met by the next write: nobody will ever hear that this daemon is ready.
  const beat = setInterval(() => line.report({ kind: 'waiting' }), 250).unref()
  return () => {
    process.off('uncaughtExceptionMonitor', onError)
    process.off('exit', onExit)
    clearInterval(beat)
  }
}

/** Does an uncaught error end this process? Not when the user's code has taken over that decision. */
function isFatal(): boolean {
  return process.listenerCount('uncaughtException') === 0 && !process.hasUncaughtExceptionCaptureCallback()
}

/** Writes the whole text; false when nobody is there to read it. */
function tryWrite(fd: number, text: string): boolean {
  try {
    for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(fd, rest))
    return true
  } catch {
    return false
  }
}

/** Ends a daemon whose launcher was killed while it waited: nothing half-started is left behind. */
function abandon(): never {
  tryWrite(2, `daemonic: the launcher of this daemon (pid ${process.pid}) was gone before it was ready: it ends\n`)
  // EX_TEMPFAIL of sysexits(3): it did not fail (`abandoned` in home/boot/state.cts).
  process.exit(75)
}
