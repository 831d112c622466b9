import { spawnSync } from 'node:child_process'

/** The reason to skip a test that needs a program that this machine does not have; false when it has it. */
export function skipWithout(program: string): string | false {
  return skipUnlessShell(`command -v ${program}`, `there is no ${program} on this machine`)
}

/** The reason to skip a test that needs a machine on which a shell command succeeds; false when it does. */
export function skipUnlessShell(script: string, reason: string): string | false {
  return spawnSync('/bin/bash', ['-c', script]).status === 0 ? false : reason
}

/** The reason to skip a test that only root can run; false for root. */
export const skipUnlessRoot: string | false = process.getuid?.() === 0 ? false : 'needs root'
