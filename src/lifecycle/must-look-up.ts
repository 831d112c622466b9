import { DaemonicError } from '../errors.ts'
import { findHome, homePath } from '../home/home.ts'
import { listNames } from '../home/records.ts'
import { didYouMean } from '../options/suggest.ts'
import { type Lookup, lookUp } from './look-up.ts'

/**
 * Looks a name up.
 * @throws {DaemonicError} NOT_FOUND, which says which name may have been meant, or which there are.
 */
export function mustLookUp(name: string): Lookup {
  const lookup = lookUp(name)
  if (lookup !== undefined) return lookup
  const home = findHome()
  const names = home === undefined ? [] : listNames(home)
  const remedy = didYouMean(name, names) || `; ${known(names)}`
  throw new DaemonicError('NOT_FOUND', `There is no daemon '${name}' in ${homePath()}${remedy}`)
}

/** Says which there are. */
function known(names: readonly string[]): string {
  if (names.length === 0) return 'there are none'
  return `there ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, 10).join(', ')}`
}
