import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { isAbsolute, join } from 'node:path'
import { openPrivate } from './home.ts'
import type * as places from './place.cts'

// Required, and not imported, for the reason that process-table.ts gives.
const place = createRequire(import.meta.url)('./place.cjs') as typeof places

/**
 * The path of a daemon's socket: in its folder, or where that is too long for the system, under a name made of the folder's
 * in $XDG_RUNTIME_DIR, else in /tmp, in a folder that is this user's alone.
 * @throws {DaemonicError} HOME_UNSAFE, when somebody else has that folder.
 */
export function socketPath(folder: string): string {
  const path = place.shortSocketPath(folder)
  if (path !== undefined) return path
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 16)
  return join(openPrivate(join(shortFolder(), `daemonic-${process.geteuid?.()}`)), name)
}

/** A folder with a short path. */
function shortFolder(): string {
  const { XDG_RUNTIME_DIR } = process.env
  const isGood = XDG_RUNTIME_DIR !== undefined && isAbsolute(XDG_RUNTIME_DIR) && XDG_RUNTIME_DIR.length < 57
  return isGood ? XDG_RUNTIME_DIR : '/tmp'
}
