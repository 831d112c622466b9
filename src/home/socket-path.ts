import { createHash } from 'node:crypto'
import { isAbsolute, join } from 'node:path'
import { openPrivate } from './home.ts'

/** The longest path that a socket can have, in bytes, without the NUL: sun_path of unix(7), and of macOS. */
const longest = process.platform === 'darwin' ? 103 : 107

/**
 * The path of a daemon's socket: in its folder, or where that is too long for the system, under a name made of the folder's
 * in $XDG_RUNTIME_DIR, else in /tmp, in a folder that is this user's alone.
 * @throws {DaemonicError} HOME_UNSAFE, when somebody else has that folder.
 */
export function socketPath(folder: string): string {
  const path = join(folder, 'sock')
  if (Buffer.byteLength(path) <= longest) return path
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  return join(openPrivate(join(shortFolder(), `daemonic-${process.geteuid?.()}`)), name)
}

/** A folder with a short path. */
function shortFolder(): string {
  const { XDG_RUNTIME_DIR } = process.env
  const isGood = XDG_RUNTIME_DIR !== undefined && isAbsolute(XDG_RUNTIME_DIR) && XDG_RUNTIME_DIR.length < longest - 50
  return isGood ? XDG_RUNTIME_DIR : '/tmp'
}
