import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { StartError } from '../errors.ts'

/**
 * The Node that runs modules: this one, at each start anew, so that no record holds a path that an upgrade removes. If its
 * file is gone, because it was upgraded while this program runs, the one on PATH.
 */
export function findNode(): string {
  if (existsSync(process.execPath)) return process.execPath
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const found = folders.map((folder) => join(folder, 'node')).find((file) => existsSync(file))
  if (found !== undefined) return found
  throw new StartError(`Node is gone: there is no ${process.execPath} any more, and no node on PATH`, {
    step: 'exec',
    output: '',
  })
}
