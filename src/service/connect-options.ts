import { resolve } from 'node:path'
import {
  invalid,
  type Reader,
  readAll,
  readDuration,
  readFlag,
  readName,
  readVariableNames,
  readVersion,
} from '../options/readers.ts'
import type { Duration } from '../options/types.ts'

/** Which service a client wants, and how it is reached. */
export interface ConnectOptions {
  /** The service's name: `[A-Za-z0-9][A-Za-z0-9._-]{0,63}`. */
  name: string
  /** The service's version. Two versions run side by side, unless they `replace` one another. */
  version: string
  /** The file that calls `serve()`: a path, or a `file:` URL. It is run when nobody answers. TypeScript, too. */
  module: string | URL
  /** Names of variables that are a part of the service's identity: another value is another service. As in `serve()`. */
  env?: readonly string[] | undefined
  /** Does a newer version take over from an older one? As in `serve()`. Default false. */
  replace?: boolean | undefined
  /** Run the service in this process. Default: whether `DAEMONIC_IN_PROCESS` is 1. */
  inProcess?: boolean | undefined
  /** How long the service may take until it is ready, and whoever starts or leaves is waited for. Default `'30s'`. */
  startTimeout?: Duration | undefined
  /** How long the service may take to answer a client. Default `'10s'`. */
  handshakeTimeout?: Duration | undefined
}

/** The options once they are read. */
interface Read {
  name: string
  version: string
  module: string
  env: string[]
  replace: boolean
  inProcess: boolean
  startTimeout: number
  handshakeTimeout: number
}

const readers: { [Name in keyof Read]: Reader<Read[Name] | undefined> } = {
  name: readName,
  version: readVersion,
  module: readModule,
  env: readVariableNames,
  replace: readFlag,
  inProcess: readFlag,
  startTimeout: readDuration,
  handshakeTimeout: readDuration,
}

/**
 * Reads the options of connect().
 * @throws {InvalidOptionError}
 */
export function readConnectOptions(options: ConnectOptions): Partial<Read> & Pick<Read, 'name' | 'version' | 'module'> {
  if (typeof options !== 'object' || options === null) throw invalid('options', options, 'an object')
  const { name, version, module, ...rest } = readAll<Read>(options, readers)
  if (name === undefined) throw invalid('name', undefined, 'given: a service is found by it')
  if (version === undefined) throw invalid('version', undefined, 'given: a service is found by it')
  if (module === undefined) throw invalid('module', undefined, 'the file that calls serve()')
  return { name, version, module, ...rest }
}

/** Reads the path of a module. */
function readModule(value: unknown, option: string): string {
  if (value instanceof URL && value.protocol === 'file:') return value.href
  if (typeof value === 'string' && value.startsWith('file:')) return value
  if (typeof value === 'string' && value !== '' && !value.includes('\0')) return resolve(value)
  throw invalid(option, value, "a path, or a 'file:' URL")
}
