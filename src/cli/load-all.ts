import type { Command, Entry } from './command.ts'
import { entries } from './index-of-commands.ts'

/** A command with what the index tells of it. */
export interface Loaded {
  entry: Entry
  command: Command
}

/** Loads all commands, for what is made from all of them. */
export function loadAll(): Promise<Loaded[]> {
  return Promise.all(entries.map(async (entry) => ({ entry, command: await entry.load() })))
}
