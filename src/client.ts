// Required, and not imported: the first import of CommonJS into an ES module takes Node 20 four milliseconds.
import { createRequire } from 'node:module'
import type * as connecting from './service/connect.cts'

export type { RemoteStream } from './rpc/types.ts'
export type { Client, Service } from './service/client-types.ts'
export type { ConnectOptions } from './service/connect-options.ts'

const code = createRequire(import.meta.url)('./service/connect.cjs') as typeof connecting

export const connect: typeof connecting.connect = code.connect
export const disconnect: typeof connecting.disconnect = code.disconnect
