import { closeSync } from 'node:fs'
import { type Log, openLog } from '../detach/open-log.ts'
import { readTail } from '../detach/read-tail.ts'
import { openTranscript } from '../detach/transcript.ts'
import type { NormalOptions } from '../options/types.ts'

/** Where a daemon's output goes: before the call, and after it. */
export interface Outputs {
  transcript: number
  stdout: Log
  stderr: Log
  /** The last lines that the daemon wrote, wherever they went. */
  readLast(): string
  close(): void
}

/** Opens the logs, and the transcript for what comes before them. */
export function openOutputs({ stdout, stderr }: NormalOptions): Outputs {
  const logs = { stdout: openLog('stdout', stdout), stderr: openLog('stderr', stderr) }
  const transcript = openTranscript()
  return {
    transcript,
    ...logs,
    readLast: () => {
      const tails = [readTail(transcript, 0), readTail(logs.stdout.path, logs.stdout.size)]
      if (stdout !== stderr) tails.push(readTail(logs.stderr.path, logs.stderr.size))
      return tails.filter((tail) => tail !== '').join('\n')
    },
    close: () => {
      for (const fd of [transcript, logs.stdout.fd, logs.stderr.fd]) closeSync(fd)
    },
  }
}
