import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { homePath, isHomeSafe, shortSocketPath } from '../home/place.cjs'
import type { ServiceIdentity } from '../options/types.ts'
import type { ConnectOptions } from './connect-options.ts'
import { identityKey, instanceName, readVariables } from './identity.cjs'

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
    { name, version, replace, variables: readVariables(env) },
    String(module).startsWith('file:') ? fileURLToPath(module) : String(module),
    { ...defaults, ...(read as Partial<typeof defaults>) },
    inProcess ?? /^(?:1|true|yes)$/.test(process.env['DAEMONIC_IN_PROCESS'] ?? ''),
  )
}

/** Makes the target for a service whose identity is known. */
export async function makeTarget(
  identity: ServiceIdentity,
  module: string,
  timeouts: Partial<typeof defaults> = {},
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
  const isModule = typeof module === 'string' ? module.startsWith('/') || module.startsWith('file:') : module instanceof URL
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
