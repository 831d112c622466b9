// CommonJS, because it is on the clock of the clients of services, and those load no module.
import { lstatSync, realpathSync, type Stats } from 'node:fs'
import { basename, dirname, isAbsolute, join, resolve } from 'node:path'

/**
 * Where the daemons of this user live: $DAEMONIC_HOME, else $XDG_STATE_HOME/daemonic, else ~/.local/state/daemonic.
 * Throws what the system says when the user has no home.
 */
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
    return join(realpathSync.native(dirname(path)), basename(path))
  } catch {
    return path
  }
}

/** The home of this user: HOME, unless that is empty or relative, and would be another one in each working directory. */
function userHome(): string {
  const { HOME } = process.env
  if (HOME !== undefined && isAbsolute(HOME)) return HOME
  const { homedir, userInfo } = require('node:os') as typeof import('node:os')
  const home = homedir()
  return isAbsolute(home) ? home : userInfo().homedir
}

/** What is wrong with a home that others could have put something into, or that is no folder of this user's; and what to do. */
export function homeProblem(path: string, stats: Stats): string | undefined {
  const user = process.geteuid?.()
  const mode = stats.mode & 0o777
  if (stats.isSymbolicLink()) return 'is a symbolic link: set DAEMONIC_HOME to where it leads'
  if (!stats.isDirectory()) return 'is no folder: move it away'
  if (stats.uid !== user) return `belongs to uid ${stats.uid}, and this is uid ${user}: use it as that user`
  if (mode !== 0o700) return `has mode ${mode.toString(8).padStart(4, '0')}, not 0700: chmod 700 '${path}'`
  return undefined
}

/** The longest path that a socket can have, in bytes, without the NUL: sun_path of unix(7), and of macOS. */
const longest = process.platform === 'darwin' ? 103 : 107

/** The path of the socket in a daemon's folder; nothing when that is too long for the system. */
export function shortSocketPath(folder: string): string | undefined {
  const path = join(folder, 'sock')
  return Buffer.byteLength(path) <= longest ? path : undefined
}

/** Is the home there, and this user's alone? Nothing when it is not there. Throws what the file system throws. */
export function isHomeSafe(path: string): boolean | undefined {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  return stats && homeProblem(path, stats) === undefined
}
