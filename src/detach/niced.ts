import { existsSync } from 'node:fs'
import { getPriority } from 'node:os'

/**
 * Puts nice(1) before a command. It sets the niceness before Node has threads: on Linux each thread has its own, and
 * setpriority(2) from inside changes one of them.
 */
export function niced(command: readonly string[], nice: number): readonly string[] {
  const path = ['/usr/bin/nice', '/bin/nice'].find((candidate) => existsSync(candidate)) ?? 'nice'
  return [path, '-n', String(nice - getPriority()), ...command]
}
