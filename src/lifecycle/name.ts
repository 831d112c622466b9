import { existsSync } from 'node:fs'
import type { Launched } from '../detach/launch.ts'
import type { Logs } from '../detach/logs.ts'
import type { Prelude } from '../detach/message.ts'
import { openFolder } from '../home/home.ts'
import { nameLock } from '../home/name-lock.ts'
import { claimName } from '../home/preludes.ts'
import type { State } from '../home/records.ts'
import { type Declared, readPlain } from '../home/records.ts'
import type { LockFile } from '../home/with-locks.ts'
import type { Life } from './tree.ts'

/** A name that is about to be given to a daemon. */
export interface Name {
  name: string
  folder: string
  /** The life that begins now. */
  instance: string
  lock: LockFile
  /** Has the daemon take the name. */
  claim(launched: Launched, logs: Logs): Prelude
  /** Ends what was started, as a whole. */
  end(session: number | undefined): Promise<void>
  /** Records that the start failed. */
  fail(message: string): Promise<void>
}

/**
 * Prepares a name for a start: makes its folder, and ends what an earlier life left behind.
 * @throws {DaemonicError} HOME_UNSAFE, HOME_UNUSABLE; {AlreadyRunningError} when it runs.
 */
export async function prepareName(
  name: string,
  declared: Declared,
  interpreter: string,
  isRestart: boolean,
): Promise<Name> {
  const folder = openFolder(name)
  if (existsSync(`${folder}/lock`)) await (await import('./leftovers.ts')).clearLeftovers(name, folder)
  const instance = `${folder}#${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`
  return {
    name,
    folder,
    instance,
    lock: nameLock(name, folder),
    claim: (launched, logs) =>
      claimName({
        folder,
        record: changedRecord(folder, declared),
        state: makeState(instance, declared, launched, logs, interpreter),
        isRestart,
      }),
    end: (session) => endHalfStarted(name, { instance, main: undefined, session }),
    fail: async (message) => (await import('./record-end.ts')).recordEnd(folder, instance, 'failed', message),
  }
}

/** How long a half-started daemon has after SIGTERM, in milliseconds. */
const patience = 1000

/** Ends a daemon that did not become ready. */
async function endHalfStarted(name: string, life: Life): Promise<void> {
  const { stopLife } = await import('./stop.ts')
  await stopLife(name, life, { signal: 'SIGTERM', timeout: patience, scope: 'tree' })
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
  instance: string,
  { kind }: Declared,
  { session }: Launched,
  { stdout, stderr }: Logs,
  interpreter: string,
): Omit<State, 'process'> {
  return {
    instance,
    kind,
    phase: 'starting',
    session: session ?? 0,
    startedAt: Date.now(),
    readyAfter: null,
    restarts: 0,
    interpreter: { path: interpreter, version: process.version },
    logsFrom: { stdout: stdout.size, stderr: stderr.size },
    exit: null,
  }
}
