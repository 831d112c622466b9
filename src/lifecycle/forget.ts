import { renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DaemonicError } from '../errors.ts'
import { holdLock } from '../home/lock.ts'
import { livingProcess, readSeen } from '../home/records.ts'
import { goesOn } from './keep-status.ts'
import { isAlive, type Lookup, lifeOf } from './look-up.ts'

/** How long it is waited for who has its lock, or works in its folder, in milliseconds. */
const patience = 2000

/**
 * Removes a name with its record and logs. It is renamed first, and under its lock: who starts it meanwhile has either the
 * whole folder or a new one.
 * @throws {AlreadyRunningError} when it is running, or being started, or waits to be.
 */
export async function forgetDaemon(lookup: Lookup): Promise<void> {
  const { name, folder } = lookup
  const life = await lifeOf(lookup)
  if (goesOn(lookup) && !isAlive(life)) throw stillThere(name, 'is about to be started again')
  const release = await holdLockSoon(folder)
  const living = livingProcess(readSeen(folder))?.pid ?? (isAlive(life) ? life.main.pid : undefined)
  try {
    if (release === undefined || living !== undefined) {
      throw stillThere(name, living === undefined ? 'is starting or leaving' : `is running (pid ${living})`)
    }
    const grave = join(dirname(folder), `.forgotten-${name}-${process.pid}-${Date.now()}`)
    renameSync(folder, grave)
    await bury(grave)
  } finally {
    release?.()
  }
}

/** Holds its lock, which its keeper or another command may hold for a moment; nothing, when it does not come free. */
async function holdLockSoon(folder: string): ReturnType<typeof holdLock> {
  for (const deadline = performance.now() + patience; ; await sleep(20)) {
    const release = await holdLock(folder)
    if (release !== undefined || livingProcess(readSeen(folder)) !== undefined) return release
    if (performance.now() > deadline) return undefined
  }
}

/** Removes a folder in which its keeper may just be compressing a log: then there are new files while it is emptied. */
async function bury(grave: string): Promise<void> {
  for (const deadline = performance.now() + patience; ; await sleep(20)) {
    try {
      return rmSync(grave, { recursive: true, force: true })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY' || performance.now() > deadline) throw error
    }
  }
}

/** The error for a daemon that can't be forgotten yet. */
function stillThere(name: string, what: string): DaemonicError {
  return new DaemonicError('ALREADY_RUNNING', `${name} ${what}: stop it before it is forgotten`)
}
