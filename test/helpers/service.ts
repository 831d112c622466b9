import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Client, type ConnectOptions, connect, disconnect } from 'daemonic/client'
import type { ServiceSetup, TestService } from '../fixtures/service.ts'
import { makeHome } from './home.ts'
import { fixture } from './run.ts'
import type { Scope } from './scope.ts'

const major = process.versions.node.split('.', 1)[0]

/** The name of the daemon of the tested service. */
export function instanceOf(version = '1.0.0'): string {
  return `tested-${version}-node${major}`
}

/** What a test has of the tested service. */
export interface Tested {
  scope: Scope
  /** Sets how the service is from its next start on. */
  setUp(setup: ServiceSetup): void
  /** Connects a client; it is disconnected when the test is over. */
  client(options?: Partial<ConnectOptions>): Promise<Client<TestService>>
  folder(instance?: string): string
  log(instance?: string): string
  /** How often it was started. */
  begins(instance?: string): number
}

/** Makes a home in which the tested service can be started by clients of this process. */
export function makeTested(t: TestContext, setup: ServiceSetup = {}): Tested {
  const scope = makeHome(t)
  const clients: Client<TestService>[] = []
  const setUp = (next: ServiceSetup): void => {
    process.env['DAEMONIC_TEST_SERVICE'] = JSON.stringify(next)
    scope.env['DAEMONIC_TEST_SERVICE'] = JSON.stringify(next)
  }
  setUp(setup)
  t.after(() => {
    for (const client of clients) disconnect(client as Client<unknown>)
    delete process.env['DAEMONIC_TEST_SERVICE']
  })
  const folder = (instance = instanceOf()): string => join(scope.path('home'), instance)
  const log = (instance?: string): string => {
    const path = join(folder(instance), 'out.log')
    return existsSync(path) ? readFileSync(path, 'utf8') : ''
  }
  return {
    scope,
    setUp,
    folder,
    log,
    begins: (instance) => log(instance).match(/^begin /gm)?.length ?? 0,
    client: async (options) => {
      const client = await connect<TestService>({
        name: 'tested',
        version: '1.0.0',
        module: fixture('service'),
        ...options,
      })
      clients.push(client)
      return client
    },
  }
}

/** What a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  return promise.then(
    (value) => {
      throw new Error(`it was to reject, and gave ${String(value)}`)
    },
    (error) => error,
  )
}
