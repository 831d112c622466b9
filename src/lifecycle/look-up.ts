import { statSync } from 'node:fs'
import { join } from 'node:path'
import { DaemonicError } from '../errors.ts'
import { identify, isLiving } from '../home/boot/identity.cjs'
import type { State } from '../home/boot/state.cjs'
import { findHome, homePath } from '../home/home.ts'
import { findLockHolder } from '../home/name-lock.ts'
import { type Declared, listNames, readDeclared, readSeen, type Seen } from '../home/records.ts'
import { isName } from '../options/readers.ts'
import { readInstance, readProcessTable } from '../system/process-table.ts'
import type { Life } from './tree.ts'

/** A name, and what its folder says. */
export interface Lookup {
  name: string
  folder: string
  declared: Declared | undefined
  seen: Seen
}

/** Looks a name up; nothing when there is no daemon of that name. */
export function lookUp(name: string): Lookup | undefined {
  const home = isName(name) ? findHome() : undefined
  if (home === undefined) return undefined
  const folder = join(home, name)
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true ? readFolder(name, folder) : undefined
}

/**
 * Looks a name up.
 * @throws {DaemonicError} NOT_FOUND, which says which name may have been meant.
 */
export function mustLookUp(name: string): Lookup {
  const lookup = lookUp(name)
  if (lookup !== undefined) return lookup
  const home = findHome()
  const names = home === undefined ? [] : listNames(home)
  const known =
    names.length === 0
      ? 'there are none'
      : `there ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, 10).join(', ')}`
  throw new DaemonicError('NOT_FOUND', `There is no daemon '${name}' in ${homePath()}; ${known}`)
}

/** Looks up all the names that there are. */
export function lookUpAll(): Lookup[] {
  const home = findHome()
  return home === undefined ? [] : listNames(home).map((name) => readFolder(name, join(home, name)))
}

/** Reads what a folder says. */
function readFolder(name: string, folder: string): Lookup {
  return { name, folder, declared: readDeclared(folder), seen: readSeen(folder) }
}

/** The life that a folder tells of; nothing when it never had one. A damaged page is made up for by looking at all processes. */
export function lifeOf({ folder, seen, declared }: Lookup): Life | undefined {
  if (typeof seen === 'object') return { instance: seen.instance, main: seen.process, session: seen.session }
  return seen === 'garbage' || declared !== undefined ? recoverLife(folder) : undefined
}

/** Finds a life by the lock that it holds, or by the mark of the folder that its processes bear. */
function recoverLife(folder: string): Life | undefined {
  const holder = findLockHolder(folder)
  const rows = [...readProcessTable().values()].sort((a, b) => Number(a.start) - Number(b.start))
  const oldest = rows.find(({ pid }) => pid === holder) ?? rows.find(({ pid }) => isOf(pid, folder))
  if (oldest === undefined) return undefined
  const main = identify(oldest.pid)
  return { instance: readInstance(oldest.pid) ?? '', main, session: oldest.session }
}

/** Does a process bear the mark of a folder, whichever life it is of? */
function isOf(pid: number, folder: string): boolean {
  return pid !== process.pid && readInstance(pid)?.startsWith(`${folder}#`) === true
}

/** Is this life going on? */
export function isAlive(life: Life | undefined): life is Life & { main: NonNullable<Life['main']> } {
  return life?.main !== undefined && isLiving(life.main)
}

/** What was seen, when it can be read. */
export function stateOf({ seen }: Lookup): State | undefined {
  return typeof seen === 'object' ? seen : undefined
}
