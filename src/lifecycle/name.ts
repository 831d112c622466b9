import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Launched } from '../detach/launch.cts'
import type { Logs } from '../detach/logs.ts'
import type { Prelude } from '../detach/message.ts'
import { openFolder } from '../home/home.ts'
import { nameLock } from '../home/name-lock.ts'
import type { Declared } from '../home/records.ts'
import type { LockFile } from '../home/with-locks.ts'
import type * as claims from './claim.cts'
import type { Life } from './tree.ts'

// Required, and not imported, for the reason that process-table.ts gives.
const code = createRequire(import.meta.url)('./claim.cjs') as typeof claims

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
  { isRestart, unlessStopped }: { isRestart: boolean; unlessStopped?: boolean | undefined },
): Promise<Name> {
  const folder = openFolder(name)
  if (existsSync(`${folder}/lock`)) await (await import('./leftovers.ts')).clearLeftovers(name, folder)
  const instance = code.makeInstance(folder)
  return {
    name,
    folder,
    instance,
    lock: nameLock(name, folder),
    claim: (launched, logs) =>
      code.makeClaim({ folder, instance, declared, launched, logs, interpreter, isRestart, unlessStopped }),
    end: (session) => endHalfStarted(name, { instance, main: undefined, session }),
    fail: (message) => recordFailure(folder, instance, message),
  }
}

/** How long a half-started daemon has after SIGTERM, in milliseconds. */
const patience = 1000

/** Records that a start failed. */
export async function recordFailure(folder: string, instance: string, message: string): Promise<void> {
  await (await import('./record-end.ts')).recordEnd(folder, instance, 'failed', message)
}

/** Ends a daemon that did not become ready. */
export async function endHalfStarted(name: string, life: Life): Promise<void> {
  const { stopLife } = await import('./stop.ts')
  await stopLife(name, life, { signal: 'SIGTERM', timeout: patience, scope: 'tree' })
}
