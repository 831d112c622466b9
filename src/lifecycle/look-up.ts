import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import { findHome } from '../home/home.ts'
import type { State } from '../home/records.ts'
import { type Declared, listNames, readDeclared, readSeen, type Seen } from '../home/records.ts'
import { isName } from '../options/readers.ts'
import { isLiving } from '../system/process-table.ts'
import type { Life } from './tree.ts'

/** A name, and what its folder says. */
export interface Lookup {
  name: string
  folder: string
  /** Read when it is asked for: a listing has no use for it. */
  readonly declared: Declared | undefined
  seen: Seen
}

/** Looks a name up; nothing when there is no daemon of that name. */
export function lookUp(name: string): Lookup | undefined {
  const home = isName(name) ? findHome() : undefined
  if (home === undefined) return undefined
  const folder = join(home, name)
  return lstatSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? readFolder(name, folder) : undefined
}

/** Looks up all the names that there are. */
export function lookUpAll(): Lookup[] {
  const home = findHome()
  return home === undefined ? [] : listNames(home).map((name) => readFolder(name, join(home, name)))
}

/** Reads what a folder says. */
export function readFolder(name: string, folder: string): Lookup {
  let declared: Declared | undefined | null = null
  return {
    name,
    folder,
    get declared() {
      if (declared === null) declared = readDeclared(folder)
      return declared
    },
    seen: readSeen(folder),
  }
}

/** The life that a folder tells of; nothing when it never had one. A damaged page is made up for by looking at all processes. */
export async function lifeOf(lookup: Lookup): Promise<Life | undefined> {
  const { folder, seen, declared } = lookup
  if (typeof seen === 'object') return recordedLife(seen)
  if (seen === undefined && declared === undefined) return undefined
  return (await import('./recover-life.ts')).recoverLife(folder)
}

/** The life that a page tells of. */
export function recordedLife({ instance, process, session }: State): Life {
  return { instance, main: process, session }
}

/** Is this life going on? */
export function isAlive(life: Life | undefined): life is Life & { main: NonNullable<Life['main']> } {
  return life?.main !== undefined && isLiving(life.main)
}

/** What was seen, when it can be read. */
export function stateOf({ seen }: Lookup): State | undefined {
  return typeof seen === 'object' ? seen : undefined
}
