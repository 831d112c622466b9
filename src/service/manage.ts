import { createRequire } from 'node:module'
import { DaemonicError } from '../errors.ts'
import type { Lookup } from '../lifecycle/look-up.ts'
import type { ServiceIdentity } from '../options/types.ts'
import type { Client } from './client-types.ts'
import type * as connecting from './connect.cts'
import type * as hellos from './hello.cts'
import type { ServiceState } from './hello.cts'
import type * as targets from './target.cts'
import type { Target } from './target.cts'

// Required, and not imported, for the reason that process-table.ts gives.
const require = createRequire(import.meta.url)

/** How long a service may take to say how it is, in milliseconds. */
const patience = 1000

/** The service that a daemon is; nothing when it is none. */
function targetOf({ declared }: Lookup, handshakeTimeout?: number): Promise<Target> | undefined {
  const { service, module } = (declared?.options ?? {}) as { service?: ServiceIdentity; module?: string }
  if (service === undefined || module === undefined) return undefined
  const { makeTarget } = require('./target.cjs') as typeof targets
  return makeTarget(service, module, { handshakeTimeout })
}

/**
 * Calls a method of a service by its name, and disconnects.
 * @returns its result, or its stream.
 * @throws what the method throws; {DaemonicError} INVALID_OPTION when the daemon is no service, NOT_A_METHOD, and as connect().
 */
export async function callService(lookup: Lookup, method: string, args: readonly unknown[]): Promise<unknown> {
  const target = await targetOf(lookup)
  if (target === undefined) throw new DaemonicError('INVALID_OPTION', `${lookup.name} is no service: it has no methods`)
  const { connectTo, disconnect } = require('./connect.cjs') as typeof connecting
  const client = await connectTo<Record<string, (...args: unknown[]) => unknown>>(target)
  const call = Object.hasOwn(client, method) ? client[method] : undefined
  if (call === undefined) {
    disconnect(client as Client<unknown>)
    throw new DaemonicError(
      'NOT_A_METHOD',
      `${lookup.name} has no method '${method}': it has ${Object.keys(client).join(', ')}`,
    )
  }
  return call(...args)
}

/** Asks a service how it is; nothing when it is none, does not run, or does not say. */
export async function askService(lookup: Lookup): Promise<ServiceState | undefined> {
  const target = await targetOf(lookup, patience)
  if (target === undefined) return undefined
  const { attempt } = require('./hello.cjs') as typeof hellos
  const result = await attempt(target, 'facts')
  if (result.kind !== 'answered') return undefined
  result.link.destroy()
  return result.answer.kind === 'facts' ? result.answer : undefined
}
