// CommonJS, because clients of services start daemons with it, and load no module for that.
import { join } from 'node:path'
import type { Launched } from '../detach/launch.cts'
import type { Logs } from '../detach/logs.ts'
import type { Prelude } from '../detach/message.ts'
import type { Claim } from '../home/boot/claim.cts'
import { readPlain, type State } from '../home/boot/state.cjs'
import type { Declared } from '../home/records.ts'

/** Makes the mark of a life that begins now. */
export function makeInstance(folder: string): string {
  return `${folder}#${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`
}

/** What is known of a start when the daemon is told to take its name. */
export interface ClaimFacts {
  folder: string
  instance: string
  declared: Declared
  launched: Launched
  logs: Logs
  interpreter: string
  /** The life that was seen last, '' for none: one that has failed since fails this start, too. */
  seen?: string
  isRestart: boolean
  /** Is this not to start what somebody has stopped? */
  unlessStopped?: boolean | undefined
}

/** Has the daemon take its name, under the lock that it holds, and record what is seen of it. */
export function makeClaim({ folder, declared, seen, isRestart, unlessStopped, ...facts }: ClaimFacts): Prelude {
  const record = changedRecord(folder, declared)
  const data: Claim = {
    folder,
    record,
    state: makeState(facts, declared),
    ...(seen === undefined ? {} : { seen }),
    isRestart,
    ...(unlessStopped === true ? { unlessStopped } : {}),
  }
  return { module: join(__dirname, '..', 'home', 'boot', 'claim.cjs'), data }
}

/** The record as it is to be written; nothing when it stands there already: a full disk is no reason not to start again. */
function changedRecord(folder: string, declared: Declared): string | null {
  const text = `${JSON.stringify(declared, null, 2)}\n`
  try {
    return readPlain(`${folder}/record.json`) === text ? null : text
  } catch {
    return text
  }
}

/** What is to be recorded of a start. */
function makeState(
  { instance, launched, logs, interpreter }: Pick<ClaimFacts, 'instance' | 'launched' | 'logs' | 'interpreter'>,
  { kind, kept }: Declared,
): Omit<State, 'process'> {
  return {
    instance,
    kind,
    phase: 'starting',
    session: launched.session ?? 0,
    startedAt: Date.now(),
    readyAfter: null,
    restarts: 0,
    interpreter: { path: interpreter, version: process.version },
    logsFrom: { stdout: logs.stdout.size, stderr: logs.stderr.size },
    exit: null,
    ...(kept === undefined ? {} : { isKept: true }),
  }
}
