// CommonJS, for the reason that connect.cts gives.
import { createRequire } from 'node:module'
import type * as connecting from './connect.cts'

const code = createRequire(import.meta.url)('./connect.cjs') as typeof connecting

export const lookAtPort: typeof connecting.lookAtPort = code.lookAtPort
export const lookAtSocket: typeof connecting.lookAtSocket = code.lookAtSocket
export const lookAtHttp: typeof connecting.lookAtHttp = code.lookAtHttp
