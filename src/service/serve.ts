import { createRequire } from 'node:module'
import { invalid } from '../options/readers.ts'
import type { Methods } from '../rpc/answerer.cts'
import type { Service } from './client-types.ts'
import type * as definitions from './definition.cts'
import type * as runnings from './running.cts'
import type { ServiceContext } from './running.cts'
import { readServeOptions, type ServeOptions } from './serve-options.ts'
import type * as serving from './serving.cts'
import type * as targets from './target.cts'

// CommonJS, which clients load; required, for the reason that process-table.ts gives.
const require = createRequire(import.meta.url)

/**
 * Defines a service. In the daemon that a client has started for it, it is served from then on: as soon as the module's code has
 * run, clients are answered. In any other process nothing happens, so that the module can be imported for its types.
 * @param options what it is, and how long it stays.
 * @param methods what can be called: the object's own functions. An async generator is a stream. `Symbol.asyncDispose`, when
 * there is one, is called before the service ends.
 * @returns the service, whose type a client takes its methods from.
 * @throws {InvalidOptionError}
 */
export function serve<Served extends object>(options: ServeOptions, methods: Served): Service<Served> {
  const definition = define(options, methods)
  const { keepDefinition } = require('./definition.cjs') as typeof definitions
  keepDefinition(definition)
  ;(require('./serving.cjs') as typeof serving).serveInDaemon(definition)
  return { name: definition.identity.name, version: definition.identity.version }
}

/**
 * How the service that runs in this process is, and what it can say.
 * @param name which one, when there are several.
 * @throws {InvalidOptionError} when there is none, or more than one.
 */
export function currentService(name?: string): ServiceContext {
  const found = (require('./running.cjs') as typeof runnings).findRunning(name)
  if (found !== undefined) return found.context
  throw invalid('name', name, 'the name of a service that runs in this process')
}

/** Reads what is served. */
function define(options: ServeOptions, methods: object): definitions.Definition {
  const { name, version, env, replace, ...rest } = readServeOptions(options)
  const { identityKey, instanceName, ownRuntime, readVariables } = require('./target.cjs') as typeof targets
  const identity = { name, version, replace, runtime: ownRuntime, variables: readVariables(env) }
  const names = readMethods(methods)
  for (const [index, method] of rest.idempotent.entries()) {
    if (!names.includes(method))
      throw invalid(`idempotent[${index}]`, method, `one of the methods: ${names.join(', ')}`)
  }
  return {
    ...rest,
    identity,
    key: identityKey(identity),
    instance: instanceName(identity),
    methods: methods as Methods,
    names,
  }
}

/** Lists what can be called. */
function readMethods(methods: object): string[] {
  if (typeof methods !== 'object' || methods === null) throw invalid('methods', methods, 'an object of functions')
  const names = Object.keys(methods).filter((name) => typeof (methods as Record<string, unknown>)[name] === 'function')
  if (names.length === 0) throw invalid('methods', methods, 'an object with at least one function')
  // What has a method of this name is taken for a promise, by `await` and all who hand values on.
  if (names.includes('then')) throw invalid('methods', methods, "an object without a method 'then'")
  return names
}
