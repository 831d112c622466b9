import { closeSync, constants, openSync } from 'node:fs'

/**
 * Makes descriptor `target` (1 or 2) lead to the file that is open at `source`, and closes `source`.
 * Node has no dup2(2), but open(2) takes the lowest number that is free, and that is the one closed just before.
 * @throws when another thread opened a file in between and got the number.
 */
export function redirect(target: 1 | 2, source: number): void {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY
  closeSync(target)
  const got = openSync(`/dev/fd/${source}`, flags)
  if (got !== target) {
    closeSync(got)
    throw new Error(`descriptor ${target} was taken by another thread while it was being replaced`)
  }
  closeSync(source)
}
