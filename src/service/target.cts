// CommonJS, as all of this room that is on a client's clock.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { homePath, isHomeSafe, shortSocketPath } from '../home/place.cjs'
import type { ServiceIdentity } from '../options/types.ts'
import type { ConnectOptions } from './connect-options.ts'

/** Which service is meant, where it is, and how it is started and waited for. */
export interface Target {
  identity: ServiceIdentity
  key: string
  /** The name of its daemon. */
  instance: string
  folder: string
  socket: string
  log: string
  /** The file that is run when nobody answers. */
  module: string
  isInProcess: boolean
  /** Milliseconds. */
  startTimeout: number
  handshakeTimeout: number
}

/** How long things may take when nobody says otherwise, in milliseconds. */
const defaults = { startTimeout: 30_000, handshakeTimeout: 10_000 }

/**
 * Reads which service is meant.
 * @throws {InvalidOptionError}
 * @throws {DaemonicError} HOME_UNSAFE, HOME_UNUSABLE.
 */
export async function readTarget(options: ConnectOptions): Promise<Target> {
  const read = isPlain(options) ? options : (await import('./connect-options.ts')).readConnectOptions(options)
  const { name, version, module, env = [], replace = false, inProcess } = read
  return makeTarget(
    { name, version, replace, runtime: ownRuntime, variables: readVariables(env) },
    String(module).startsWith('file:') ? fileURLToPath(module) : String(module),
    { ...defaults, ...(read as Partial<typeof defaults>) },
    inProcess ?? /^(?:1|true|yes)$/.test(process.env['DAEMONIC_IN_PROCESS'] ?? ''),
  )
}

/** Makes the target for a service whose identity is known. */
export async function makeTarget(
  identity: ServiceIdentity,
  module: string,
  timeouts: { [Name in keyof typeof defaults]?: number | undefined } = {},
  isInProcess = false,
): Promise<Target> {
  const instance = instanceName(identity)
  const folder = join(isInProcess ? '/' : await safeHome(), instance)
  return {
    ...{ identity, key: identityKey(identity), instance, folder, module, isInProcess },
    socket: shortSocketPath(folder) ?? (isInProcess ? '' : (await import('../home/socket-path.ts')).socketPath(folder)),
    log: join(folder, 'out.log'),
    startTimeout: timeouts.startTimeout ?? defaults.startTimeout,
    handshakeTimeout: timeouts.handshakeTimeout ?? defaults.handshakeTimeout,
  }
}

/** Are these options that need no reading? All that is unusual, or wrong, is read with care, for which modules are loaded. */
function isPlain({ name, version, module, ...rest }: ConnectOptions): boolean {
  const isModule = /^(?:\/|file:)/.test(String(module))
  const isNamed = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name) && typeof version === 'string' && version !== ''
  return isNamed && isModule && Object.keys(rest).length === 0
}

/** The home, when there is none yet, or it is this user's alone. */
async function safeHome(): Promise<string> {
  try {
    const home = homePath()
    if (isHomeSafe(home) !== false) return home
  } catch {
    // Said by the one who knows the words.
  }
  const { findHome, homePath: path } = await import('../home/home.ts')
  return findHome() ?? path()
}

/** The longest name that a daemon can have. */
const longest = 64

/** Reads the variables that are a part of a service's identity; null for one that is not set. */
export function readVariables(names: readonly string[]): ServiceIdentity['variables'] {
  return Object.fromEntries([...names].sort().map((name) => [name, process.env[name] ?? null]))
}

/** All that makes a service the one that it is, as text: it is compared at each connection. */
export function identityKey({ name, version, replace, runtime, variables }: ServiceIdentity): string {
  return JSON.stringify([name, replace ? null : version, runtime, variables])
}

/**
 * The name of a service's daemon: name, version and the major version of the runtime, and a hash of what does not fit into
 * a name. Two services with one hash would still be told apart by their keys.
 */
export function instanceName(identity: ServiceIdentity): string {
  const { name, version, replace, runtime, variables } = identity
  const plain = `${name}${replace ? '' : `-${version.replace(/[^A-Za-z0-9._-]/g, '_')}`}-${runtime}`
  const isExact = (replace || /^[A-Za-z0-9._-]+$/.test(version)) && Object.keys(variables).length === 0
  if (isExact && plain.length <= longest) return plain
  const hash = hashOf(identityKey(identity))
  return `${plain.slice(0, longest - hash.length - 1)}-${hash}`
}

/** This runtime, as a part of a service's identity. */
export const ownRuntime: string = `node${process.versions.node.split('.', 1)[0]}`

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
