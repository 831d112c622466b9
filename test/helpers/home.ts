import type { TestContext } from 'node:test'
import { makeScope, type Scope } from './scope.ts'

/** Makes a scope whose home and mark this very process has, so that it can call the library. Tests of a file run one by one. */
export function makeHome(t: TestContext): Scope {
  const scope = makeScope(t)
  const [name, value] = scope.mark.split('=') as [string, string]
  const before = process.env['DAEMONIC_HOME']
  Object.assign(process.env, { DAEMONIC_HOME: scope.path('home'), [name]: value })
  scope.env['DAEMONIC_HOME'] = scope.path('home')
  t.after(() => {
    delete process.env[name]
    if (before === undefined) delete process.env['DAEMONIC_HOME']
    else process.env['DAEMONIC_HOME'] = before
  })
  return scope
}
