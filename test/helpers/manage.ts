import assert from 'node:assert/strict'
import type { Operation, Result } from '../fixtures/manage.ts'
import { fixture, type RunOptions, run } from './run.ts'
import type { Scope } from './scope.ts'

/** The environment of a test, with its own home in the scope's folder. */
export function homeEnv(scope: Scope): Record<string, string> {
  return { ...scope.env, DAEMONIC_HOME: scope.path('home') }
}

/** The command that does operations on named daemons. */
export function manageCommand(operations: readonly Operation[]): string[] {
  return [process.execPath, fixture('manage'), JSON.stringify(operations)]
}

/** Does operations on named daemons in a process of their own, which `within` may wrap, and tells what came of each. */
export async function manage(
  scope: Scope,
  operations: readonly Operation[],
  { within = [], ...options }: RunOptions & { within?: readonly string[] } = {},
): Promise<Result[]> {
  const ran = await run(scope, [...within, ...manageCommand(operations)], { env: homeEnv(scope), ...options })
  const results = readResults(ran.stdout)
  assert.equal(results.length, operations.length, `each operation came to an end: ${JSON.stringify(ran)}`)
  return results
}

/** Reads what the operations printed; a line that was cut off is none. */
export function readResults(stdout: string): Result[] {
  return stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Result)
}

/** The values of operations that all went well. */
export function valuesOf(results: readonly Result[]): unknown[] {
  return results.map(({ value, error }, index) => {
    assert.equal(error, null, `operation ${index}: ${JSON.stringify(error)}`)
    return value
  })
}
