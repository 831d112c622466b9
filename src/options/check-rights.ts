import { NotPermittedError } from '../errors.ts'
import type { GivenOptions } from './types.ts'

/**
 * Refuses what only root may do.
 * @throws {NotPermittedError} for `user` and `group`.
 */
export function checkRights(options: GivenOptions): void {
  if (process.geteuid?.() === 0) return
  for (const option of ['user', 'group'] as const) {
    const value = options[option]
    if (value === undefined) continue
    const message = `${option}: only root can run a daemon as another ${option} ('${value}'); this is uid ${process.geteuid?.()}`
    throw new NotPermittedError(option, value, message)
  }
}
