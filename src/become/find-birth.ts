import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import type { Birth } from '../detach/boot/birth.cts'

/**
 * Finds what this process was born with, when it is a daemon of this very copy of the package; nothing otherwise.
 * The boot is in the cache of CommonJS modules exactly when it was preloaded: a launcher never loads it.
 */
export function findBirth(): Birth | undefined {
  const boot = fileURLToPath(new URL('../detach/boot/boot.entry.cjs', import.meta.url))
  return createRequire(import.meta.url).cache[boot]?.exports.birth
}
