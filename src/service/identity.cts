// CommonJS, as all of this room that is on a client's clock.
import type { ServiceIdentity } from '../options/types.ts'

/** The longest name that a daemon can have. */
const longest = 64

/** Reads the variables that are a part of a service's identity; null for one that is not set. */
export function readVariables(names: readonly string[]): ServiceIdentity['variables'] {
  return Object.fromEntries([...names].sort().map((name) => [name, process.env[name] ?? null]))
}

/** All that makes a service the one that it is, as text: it is compared at each connection. */
export function identityKey({ name, version, replace, variables }: ServiceIdentity): string {
  return JSON.stringify([name, replace ? null : version, runtime, variables])
}

/**
 * The name of a service's daemon: name, version and the major version of the runtime, and a hash of what does not fit into
 * a name. Two services with one hash would still be told apart by their keys.
 */
export function instanceName(identity: ServiceIdentity): string {
  const { name, version, replace, variables } = identity
  const plain = `${name}${replace ? '' : `-${version.replace(/[^A-Za-z0-9._-]/g, '_')}`}-${runtime}`
  const isExact = (replace || /^[A-Za-z0-9._-]+$/.test(version)) && Object.keys(variables).length === 0
  if (isExact && plain.length <= longest) return plain
  const hash = hashOf(identityKey(identity))
  return `${plain.slice(0, longest - hash.length - 1)}-${hash}`
}

const runtime = `node${process.versions.node.split('.', 1)[0]}`

/** A short hash (FNV-1a, 32 bits twice): loading node:crypto takes longer than a call. */
function hashOf(text: string): string {
  return [0x811c9dc5, 0x9747b28c].map((seed) => fnv1a(text, seed).toString(36).padStart(7, '0')).join('')
}

/** 32 bits of FNV-1a. */
function fnv1a(text: string, seed: number): number {
  let hash = seed
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193)
  return hash >>> 0
}
