// What stands in a record may have been edited: a plan that is none is not followed.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isHealthPlan } from '../../../src/keeper/health/is-health-plan.cts'
import type { HealthPlan } from '../../../src/keeper/health/types.ts'
import { completeOptions } from '../../../src/options/complete.ts'
import { readGiven } from '../../../src/options/read-given.ts'

test('what was read from options is a plan, also when it comes from JSON; what was damaged is none', () => {
  for (const health of [{ http: 'http://a/' }, { port: 1 }, { socket: '/a' }, { command: ['a'] }]) {
    const options = completeOptions(readGiven({ health, watchdog: '1s', maxMemory: '1MB', maxAge: '1d' }))
    const { watchdog, maxMemory, maxAge } = options
    const plan = JSON.parse(JSON.stringify({ health: options.health, watchdog, maxMemory, maxAge })) as HealthPlan
    assert.ok(isHealthPlan(plan))
    const damaged = [
      { ...plan, watchdog: '1s' },
      { ...plan, maxMemory: 0 },
      { ...plan, maxAge: null },
      { ...plan, health: null },
      ...Object.keys(plan.health ?? {}).map((name) => ({ ...plan, health: { ...plan.health, [name]: null } })),
    ].filter(({ health: one }) => (one as { host?: unknown } | null)?.host !== null)
    for (const one of damaged) assert.ok(!isHealthPlan(one as never), JSON.stringify(one))
  }
  assert.ok(isHealthPlan({}))
})
