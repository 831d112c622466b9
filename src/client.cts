// The door for programs that are CommonJS, and start in less time for it.
export type { RemoteStream } from './rpc/types.ts'
export type { Client, Service } from './service/client-types.ts'
export type { ConnectOptions } from './service/connect-options.ts'
export { connect, disconnect } from './service/connect.cjs'
