import { chmodSync, lstatSync, mkdirSync, realpathSync, type Stats, statSync } from 'node:fs'
import { homedir, userInfo } from 'node:os'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'
import { DaemonicError } from '../errors.ts'

/** Where the daemons of this user live: $DAEMONIC_HOME, else $XDG_STATE_HOME/daemonic, else ~/.local/state/daemonic. */
export function homePath(): string {
  const { DAEMONIC_HOME, XDG_STATE_HOME } = process.env
  if (DAEMONIC_HOME) return canonical(resolve(DAEMONIC_HOME))
  // The XDG Base Directory Specification has a relative path ignored.
  if (XDG_STATE_HOME && isAbsolute(XDG_STATE_HOME)) return canonical(join(XDG_STATE_HOME, 'daemonic'))
  return canonical(join(userHome(), '.local', 'state', 'daemonic'))
}

/** The one name of a folder, whatever links lead to where it is: daemons are known by it. A link itself stays one, to be refused. */
function canonical(path: string): string {
  try {
    return join(realpathSync(dirname(path)), basename(path))
  } catch {
    return path
  }
}

/** The home of this user: HOME, unless that is empty or relative, and would be another one in each working directory. */
function userHome(): string {
  try {
    const home = homedir()
    return isAbsolute(home) ? home : userInfo().homedir
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
  const problem = homeProblem(path, stats)
  if (problem === undefined) return
  throw new DaemonicError(
    'HOME_UNSAFE',
    `The home of the daemons, ${path}, ${problem}, or set DAEMONIC_HOME to another folder`,
  )
}

/** What is wrong with it, and what to do. */
function homeProblem(path: string, stats: Stats): string | undefined {
  const user = process.geteuid?.()
  const mode = stats.mode & 0o777
  if (stats.isSymbolicLink()) return 'is a symbolic link: set DAEMONIC_HOME to where it leads'
  if (!stats.isDirectory()) return 'is no folder: move it away'
  if (stats.uid !== user) return `belongs to uid ${stats.uid}, and this is uid ${user}: use it as that user`
  if (mode !== 0o700) return `has mode ${mode.toString(8).padStart(4, '0')}, not 0700: chmod 700 '${path}'`
  return undefined
}
