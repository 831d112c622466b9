import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceIdentity } from '../options/types.ts'

/** What the keeper is as a service: one in each home, whatever Node it runs on, and a newer one takes over. */
export function keeperIdentity(): ServiceIdentity {
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', '..', 'package.json'), 'utf8'))
  return { name: 'daemonic', version, replace: true, runtime: 'keeper', variables: {} }
}

/** The file that it is. */
export const keeperFile: string = join(__dirname, 'keeper.entry.cjs')

/** What can be called. */
export interface KeeperMethods {
  /** Look at a daemon that was started, or is to be kept. `base` is what its environment was made from. */
  look(name: string, base: NodeJS.Dict<string>): void
}
