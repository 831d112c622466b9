import { constants } from 'node:os'
import type { Loaded } from '../load-all.ts'

/** The line that lists the names of daemons, for a shell: fast, and silent when there is something wrong. */
export const namesCommand = 'daemonic list --names 2>/dev/null'

/** The names of all signals, without SIG. */
export function signalWords(): string[] {
  return Object.keys(constants.signals).map((name) => name.slice(3))
}

/** The names of a command, for a pattern of a shell. */
export function namesOfCommand({ entry: { name, aliases } }: Loaded): string[] {
  return [name, ...aliases]
}

/** The words that `help` explains. */
export function helpWords(all: readonly Loaded[]): string[] {
  return ['exit-codes', ...all.map(({ entry: { name } }) => name)]
}

/** A text as one word of a shell. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`
}
