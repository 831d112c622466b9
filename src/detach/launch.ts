// What starts daemons is CommonJS: clients of services do so without loading a module. Required here, and not imported, for the
// reason that process-table.ts gives.
import { createRequire } from 'node:module'
import type * as launching from './launch.cts'
import type * as telling from './tell.cts'

const require = createRequire(import.meta.url)

const code = require('./launch.cjs') as typeof launching

export const launch: typeof launching.launch = code.launch
export const refusedLock: typeof launching.refusedLock = code.refusedLock

/** What comes after the start is loaded while the daemon boots. */
export const tell: typeof telling.tell = (...args) => (require('./tell.cjs') as typeof telling).tell(...args)
