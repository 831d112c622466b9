import { createRequire } from 'node:module'
import { projectFile } from './run.ts'

const require = createRequire(import.meta.url)

/** Loads a built CommonJS file of the package by its path under dist. */
export function builtModule<Exports>(path: string): Exports {
  return require(projectFile(`dist/${path}`)) as Exports
}
