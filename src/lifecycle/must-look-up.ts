import { DaemonicError } from '../errors.ts'
import { findHome, homePath } from '../home/home.ts'
import { listNames } from '../home/records.ts'
import { didYouMean } from '../options/suggest.ts'
import type { ServiceIdentity } from '../options/types.ts'
import { type Lookup, lookUp } from './look-up.ts'

/**
 * Looks a name up: a daemon's, or that of a service which has one daemon.
 * @throws {DaemonicError} NOT_FOUND, which says which name may have been meant, or which there are.
 */
export function mustLookUp(name: string): Lookup {
  const home = findHome()
  const names = home === undefined ? [] : listNames(home)
  const lookup = lookUp(name) ?? findService(name, names)
  if (lookup !== undefined) return lookup
  const remedy = didYouMean(name, names) || `; ${known(names)}`
  throw new DaemonicError('NOT_FOUND', `There is no daemon '${name}' in ${homePath()}${remedy}`)
}

/** Finds a service by its own name, which its daemon's begins with. */
function findService(name: string, names: readonly string[]): Lookup | undefined {
  const services = names.filter((one) => one.startsWith(`${name}-`) && isOfService(lookUp(one), name))
  const [first, ...others] = services
  if (first === undefined || others.length === 0) return first === undefined ? undefined : lookUp(first)
  throw new DaemonicError(
    'NOT_FOUND',
    `There are several daemons of the service ${name}; say which: ${services.join(', ')}`,
  )
}

/** Is this a daemon of the service? */
function isOfService(lookup: Lookup | undefined, name: string): boolean {
  return (lookup?.declared?.options['service'] as ServiceIdentity | undefined)?.name === name
}

/** Says which there are. */
function known(names: readonly string[]): string {
  if (names.length === 0) return 'there are none'
  return `there ${names.length === 1 ? 'is' : 'are'} ${names.slice(0, 10).join(', ')}`
}
