import { createRequire } from 'node:module'
import type * as identity from './identity.cts'
import type * as processes from './process-table.cts'

// What a daemon's first code needs as well is CommonJS. Required, and not imported: the first import of CommonJS into an ES
// module takes Node 20 four milliseconds.
const require = createRequire(import.meta.url)
const code = require('./identity.cjs') as typeof identity
const table = require('./process-table.cjs') as typeof processes

export type Identity = identity.Identity
export const identify: typeof identity.identify = code.identify
export const isLiving: typeof identity.isLiving = code.isLiving
export const bootId: typeof identity.bootId = code.bootId

export type ProcessRow = processes.ProcessRow
export const readProcessTable: typeof processes.readProcessTable = table.readProcessTable
export const readInstance: typeof processes.readInstance = table.readInstance
export const uptime: typeof processes.uptime = table.uptime
export const startOf: typeof processes.startOf = table.startOf
