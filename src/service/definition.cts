import type { ServiceIdentity } from '../options/types.ts'
import type { Methods } from '../rpc/answerer.cts'

/** A service, as serve() defines it: read and complete. */
export interface Definition {
  identity: ServiceIdentity
  key: string
  instance: string
  methods: Methods
  /** Names of the methods, in their order. */
  names: readonly string[]
  idempotent: readonly string[]
  /** Files whose change makes it out of date; absolute paths. */
  files: readonly string[]
  /** Milliseconds. */
  idleTimeout: number
  drainTimeout: number
  /** The longest message, in bytes. */
  maxMessage: number
  /** How many calls of one client are run at once. */
  maxCalls: number
  /** Is it needed, though nobody is connected? Then it is not idle. */
  isNeeded?: () => boolean
  /** The command that becomes the next one when it dies, and what that one is to have open, from descriptor 5 on. */
  heir?: { command: readonly string[]; descriptors: readonly number[] }
}

const definitions = new Map<string, Definition>()

/** Keeps a definition, for clients in this process. */
export function keepDefinition(definition: Definition): void {
  definitions.set(definition.instance, definition)
}

/** Finds the definition of a service that a module of this process has served. */
export function findDefinition(instance: string): Definition | undefined {
  return definitions.get(instance)
}

/** All that were kept. */
export function allDefinitions(): Definition[] {
  return [...definitions.values()]
}
