import type { Readable } from 'node:stream'
import type { Launched } from '../detach/launch.cts'
import type { ErrorData, Report } from '../detach/message.ts'
import type { StartStep } from '../errors.ts'

/** What was seen of a start. */
export interface Sighting {
  /** The last step that the daemon entered. */
  step: StartStep
  pid: number | undefined
  /** What it last said of itself. */
  status: string | undefined
  /** What it failed with. */
  error: ErrorData | undefined
  exitCode: number | undefined
  signal: string | undefined
  /** The process that has the name already. */
  takenBy: number | undefined
  /** What was last seen of what it waits for from outside. */
  probed: string | undefined
  /** How the trampoline ended, once it has. */
  trampoline: Awaited<Launched['trampoline']> | undefined
}

/** How a start came out: it is ready, or its channel ended before that, or the time did. */
export type Outcome = { kind: 'ready' | 'ended' | 'late'; seen: Sighting }

/** Looks from outside whether the daemon is ready. */
export interface Probe {
  /** Begins to look; says once that it is ready. */
  begin(onReady: () => void): void
  /** What was last seen. */
  seen(): string
  end(): void
}

/** How long what started a command may take to leave, in milliseconds. Nobody waits for it longer. */
const patience = 1000

/** Waits until the daemon is ready, or will not be. Never rejects. */
export function waitUntilReady(
  launched: Launched,
  milliseconds: number,
  probe?: Probe,
  isForeground = false,
): Promise<Outcome> {
  const seen: Sighting = {
    step: 'boot',
    pid: undefined,
    status: undefined,
    error: undefined,
    exitCode: undefined,
    signal: undefined,
    takenBy: undefined,
    probed: undefined,
    trampoline: undefined,
  }
  return new Promise((resolve) => {
    const settle = (kind: Outcome['kind']): void => {
      clearTimeout(deadline)
      probe?.end()
      seen.probed = probe?.seen()
      resolve({ kind, seen })
    }
    let isReady = false
    let isCommand = false
    // A launcher that was stopped (Ctrl-Z) finds its time over before it has read what came in meanwhile: read first.
    const deadline = setTimeout(() => setImmediate(() => settle(isReady ? 'ready' : 'late')), milliseconds)
    const trampolineEnded = launched.trampoline.then((how) => {
      seen.trampoline = how
    })
    readLines(launched.channel, (line) => {
      const report = parseReport(line)
      if (report === undefined) return
      // Not before the first child is reaped: a daemon whose launcher has left is an orphan, in a session that nobody leads.
      if (report.kind === 'ready') {
        isReady = true
        const settled = (): void => settle('ready')
        if (isForeground) settled()
        // What started a command leaves now: the channel ends with it.
        else if (isCommand) setTimeout(settled, patience).unref()
        else trampolineEnded.then(settled)
      } else if (report.kind === 'failed' && seen.error === undefined) noteFailure(seen, report, settle)
      else note(seen, report)
      // Not earlier: what answers before the daemon runs is not the daemon.
      isCommand ||= report.kind === 'spawned'
      if (isRunning(report)) probe?.begin(() => launched.channel?.write('ready\n'))
    }).then(() => trampolineEnded.then(() => settle(isReady ? 'ready' : 'ended')))
  })
}

/** Reads a report; nothing for what the user's code may have written to the descriptor by mistake. */
function parseReport(line: string): Report | undefined {
  try {
    const report: unknown = JSON.parse(line)
    return typeof report === 'object' && report !== null ? (report as Report) : undefined
  } catch {
    return undefined
  }
}

/** Notes a failure. The daemon ends by itself now, or is ended; its exit code comes when it does. */
function noteFailure(
  seen: Sighting,
  { step, error }: Report & { kind: 'failed' },
  settle: (kind: Outcome['kind']) => void,
): void {
  seen.step = step as StartStep
  seen.error = error
  setTimeout(() => settle('ended'), 1000).unref()
}

/** Does the user's code, or the command, run from here on? */
function isRunning(report: Report): boolean {
  return report.kind === 'spawned' || (report.kind === 'at' && (report.step === 'module' || report.step === 'run'))
}

/** Notes what the daemon said of itself. After a failure its steps say nothing more. */
function note(seen: Sighting, report: Report): void {
  if (report.kind === 'born' || report.kind === 'spawned') seen.pid = report.pid
  if (report.kind === 'spawned') seen.step = 'run'
  if (report.kind === 'taken') seen.takenBy = report.pid
  if ('step' in report && seen.error === undefined) seen.step = report.step as StartStep
  if (report.kind === 'status') seen.status = report.text
  // The first word counts: the process in a command's place says how that ended, and then ends itself.
  if (report.kind === 'ended' && seen.exitCode === undefined && seen.signal === undefined) {
    seen.exitCode = report.exitCode ?? undefined
    seen.signal = report.signal ?? undefined
  }
}

/** Calls back for each whole line of a stream. Resolves when the stream has ended, however it did. */
function readLines(stream: Readable | undefined, onLine: (line: string) => void): Promise<void> {
  if (stream === undefined || stream.destroyed) return Promise.resolve()
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  return new Promise((resolve) => {
    stream.once('close', resolve)
  })
}
