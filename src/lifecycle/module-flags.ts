import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { StartError } from '../errors.ts'
import type { Spec } from './spec.ts'

/** What tells a module that waits for its own end that all preloads are loaded. */
const afterPreloads = new URL('../detach/boot/after-preloads.entry.cjs', import.meta.url).href

/** What Node is told before a module. */
export interface ModuleFlags {
  flags: readonly string[]
  /** Are there preloads that decide how modules are loaded, so that the last one has to say when they are? */
  hasPreloads: boolean
}

/**
 * The flags of Node that a module needs.
 * @throws {StartError} when there is no module, or nothing that can run it.
 */
export function flagsOf({ words, options }: Spec, env: NodeJS.Dict<string>): ModuleFlags {
  const flags = flagsFor(words[0])
  const hasPreloads = [...flags, env['NODE_OPTIONS'] ?? ''].some((text) =>
    /--(?:import|(?:experimental-)?loader)\b/.test(text),
  )
  const isAwaited = hasPreloads && options.ready.kind === 'auto'
  return { flags: isAwaited ? [...flags, '--import', afterPreloads] : flags, hasPreloads }
}

/**
 * The flags that Node needs for a module: none, or for TypeScript on a Node that can't strip types, the loader of `tsx` from
 * the module's own project.
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
