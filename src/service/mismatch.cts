import type { ServiceIdentity } from '../options/types.ts'
import { allDefinitions } from './definition.cjs'
import type { Target } from './target.cts'

/** The error for a module that does not serve what a client asked for. */
export async function notServed({ identity, module }: Target): Promise<Error> {
  const { DaemonicError } = await import('../errors.ts')
  return new DaemonicError('SERVICE_DIFFERS', `${module} ${describeMismatch(describeIdentity(identity))}`)
}

/** Says what was served, and that something else was asked for. */
export function describeMismatch(asked: string): string {
  const served = allDefinitions().map(({ identity }) => describeIdentity(identity))
  const what = served.length === 0 ? 'no service' : served.join(', ')
  return `serves ${what}, and ${asked} was asked for: connect() and serve() need the same name, version, env and replace`
}

/** A service in a few words. */
function describeIdentity({ name, version, replace, runtime, variables }: ServiceIdentity): string {
  const env = Object.keys(variables).length === 0 ? '' : ` with ${Object.keys(variables).join(', ')}`
  return `${name} ${version} of ${runtime}${replace ? ' (replace)' : ''}${env}`
}
