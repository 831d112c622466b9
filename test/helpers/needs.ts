import { spawnSync } from 'node:child_process'

/** The reason to skip a test that needs a program that this machine does not have; false when it has it. */
export function skipWithout(program: string): string | false {
  const found = spawnSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0
  return found ? false : `there is no ${program} on this machine`
}

/** The reason to skip a test that only root can run; false for root. */
export const skipUnlessRoot: string | false = process.getuid?.() === 0 ? false : 'needs root'
