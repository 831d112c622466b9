import { InvalidOptionError } from '../errors.ts'
import type { NormalOptions } from '../options/types.ts'
import { findCommand } from './find-command.ts'

/** Refuses a check that can't be run: the daemon would be restarted for it, again and again. @throws {InvalidOptionError} */
export function checkHealthCommand(
  { health, workingDir }: Pick<NormalOptions, 'health' | 'workingDir'>,
  env: NodeJS.Dict<string>,
): void {
  if (health?.kind !== 'command') return
  try {
    findCommand(health.words[0] ?? '', workingDir, env['PATH'])
  } catch (error) {
    throw new InvalidOptionError(
      'health.command',
      health.words,
      `health.command: ${(error as Error).message}`,
      (error as Error).cause,
    )
  }
}
