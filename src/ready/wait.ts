// CommonJS, for the reason that launch.ts gives.
import { createRequire } from 'node:module'
import type * as waiting from './wait.cts'

export const waitUntilReady: typeof waiting.waitUntilReady = (
  createRequire(import.meta.url)('./wait.cjs') as typeof waiting
).waitUntilReady
