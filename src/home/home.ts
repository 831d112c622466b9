import { chmodSync, lstatSync, mkdirSync, type Stats, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { DaemonicError } from '../errors.ts'
import type * as places from './place.cts'

// Required, and not imported, for the reason that process-table.ts gives.
const place = createRequire(import.meta.url)('./place.cjs') as typeof places

/** Where the daemons of this user live. @throws {DaemonicError} HOME_UNUSABLE, when the user has no home. */
export function homePath(): string {
  try {
    return place.homePath()
  } catch (error) {
    const message = 'This user has no home (HOME is not set, and the system knows of none): set DAEMONIC_HOME'
    throw new DaemonicError('HOME_UNUSABLE', message, error)
  }
}

/**
 * Opens the home for reading.
 * @returns its path; nothing when there is none yet.
 * @throws {DaemonicError} HOME_UNSAFE, when somebody else could have put something into it.
 */
export function findHome(): string | undefined {
  const path = homePath()
  const stats = lookAt(path)
  if (stats === undefined) return undefined
  checkHome(path, stats)
  return path
}

/**
 * Opens the home, and makes it when there is none.
 * @throws {DaemonicError} HOME_UNSAFE; what the file system says when it can't be made.
 */
function openHome(): string {
  // Once more: what was missing above it may have been a link's end.
  return findHome() ?? (openPrivate(homePath()) && homePath())
}

/** Looks what is there; nothing when nothing is. */
function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })
  } catch (error) {
    const message = `The home of the daemons can't be looked at: ${(error as Error).message}; set DAEMONIC_HOME to another folder`
    throw new DaemonicError('HOME_UNUSABLE', message, error)
  }
}

/** Makes the folder of a daemon in the home. */
export function openFolder(name: string): string {
  const folder = join(openHome(), name)
  makePrivate(folder)
  if (lstatSync(folder, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return folder
  throw new DaemonicError('HOME_UNSAFE', `The folder of '${name}', ${folder}, is a symbolic link: move it away`)
}

/**
 * Makes a folder that is this user's alone, if it is not there, and checks that it is.
 * @throws {DaemonicError} HOME_UNSAFE, HOME_UNUSABLE.
 */
export function openPrivate(path: string): string {
  makePrivate(path)
  checkHome(path, lstatSync(path))
  return path
}

/** Makes a folder that is this user's alone, and those above it that are missing. */
function makePrivate(path: string): void {
  try {
    makeFolder(path)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    throw new DaemonicError(
      'HOME_UNUSABLE',
      `The home of the daemons can't be made: ${message}${remedies[code ?? ''] ?? ''}`,
      error,
    )
  }
}

/** Makes it with exactly that mode: a umask that takes rights from the user himself would leave a home that is of no use. */
function makeFolder(path: string): void {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return
  makeFolder(dirname(path))
  try {
    mkdirSync(path, 0o700)
    chmodSync(path, 0o700)
  } catch (error) {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error
  }
}

const remedies: Record<string, string> = {
  EACCES: '; set DAEMONIC_HOME to a folder that this user can write to',
  EROFS: '; set DAEMONIC_HOME to a folder that this user can write to',
  ENOSPC: '; make room on that disk, or set DAEMONIC_HOME to a folder on another',
}

/** Refuses a home that others could have put something into, or that is no folder of this user's. */
function checkHome(path: string, stats: Stats): void {
  const problem = place.homeProblem(path, stats)
  if (problem === undefined) return
  throw new DaemonicError(
    'HOME_UNSAFE',
    `The home of the daemons, ${path}, ${problem}, or set DAEMONIC_HOME to another folder`,
  )
}
