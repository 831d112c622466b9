// The daemon's first code, before any of the user's: NODE_OPTIONS preloads it ahead of everything else.
// CommonJS, because only a CommonJS preload leaves it to Node how the program itself is loaded; Node 20 loads every
// program as a module once there is an --import.
import { type Birth, beBorn } from './birth.cjs'

const channel = process.env['DAEMONIC_CHANNEL']

/** What this process was born with, when it is a daemon. Workers load this file again, but the mark is gone by then. */
export const birth: Birth | undefined = channel === undefined ? undefined : beBorn(Number(channel))

if (birth !== undefined) Object.defineProperty(globalThis, Symbol.for(birth.message.boot), { value: birth })
