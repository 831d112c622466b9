// Each verb, started in every way that programs are started: all of daemon(7) holds, seen from outside.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditions } from '../helpers/conditions.ts'
import { assertStarted, audit, daemonCommand, failures, readPid } from '../helpers/daemon.ts'
import { run } from '../helpers/run.ts'
import { end, makeScope } from '../helpers/scope.ts'

const verbs = ['createDaemon', 'daemonizeFunc', 'daemonize', 'decorated'] as const

for (const [condition, { wrap, skip, isTerminal }] of Object.entries(conditions)) {
  for (const verb of verbs) {
    test(`${verb} ${condition}`, { skip: skip ?? false }, async (t) => {
      const scope = makeScope(t)
      const ran = await run(scope, wrap(daemonCommand({ verb }), scope))
      assertStarted(ran, isTerminal ? 'before the call\r\n' : undefined)
      const pid = readPid(scope)
      const report = await audit(scope, pid)
      assert.deepEqual(failures(report), [])
      assert.equal(report.total, 18)
      await end(pid)
      assert.deepEqual(scope.processes(), [])
    })
  }
}
