import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { delimiter, join } from 'node:path'
import { pathToFileURL } from 'node:url'
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

/**
 * The flags that Node needs for a module: none, or for TypeScript on a Node that can't strip types, the loader of `tsx` from
 * the module's own project.
 * @throws {StartError} when there is no module, or no tsx.
 */
export function flagsFor(module: string): string[] {
  if (!existsSync(module)) throw moduleError(module, 'ENOENT', `there is no file ${module}`)
  if (!/\.[cm]?ts$/.test(module) || stripsTypes()) return []
  try {
    return ['--import', pathToFileURL(createRequire(module).resolve('tsx')).href]
  } catch {
    const remedy = 'install tsx beside it (npm install tsx), or use Node 22.18 or newer, which runs TypeScript itself'
    throw moduleError(module, 'ERR_UNKNOWN_FILE_EXTENSION', `Node ${process.version} can't run ${module}: ${remedy}`)
  }
}

/** Can this Node strip types? From 22.18 on `process.features` says so. */
function stripsTypes(): boolean {
  return Boolean((process.features as { typescript?: unknown }).typescript)
}

/** The error for a module that can't be started. */
function moduleError(module: string, code: string, message: string): StartError {
  return new StartError(
    message,
    { step: 'module', output: '' },
    Object.assign(new Error(`${code}: ${module}`), { code, path: module }),
  )
}
