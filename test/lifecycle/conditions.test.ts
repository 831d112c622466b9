// A module and a command by name, started by the command line in every way that programs are started: all of daemon(7) holds.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditions } from '../helpers/conditions.ts'
import { audit, failures, readPid } from '../helpers/daemon.ts'
import { fixture, projectFile, run } from '../helpers/run.ts'
import { makeScope } from '../helpers/scope.ts'

const cli = [process.execPath, projectFile('dist/cli/main.entry.cjs')]
const programs = { module: [fixture('module')], command: ['/bin/sleep', '1000'] }

for (const [condition, { wrap, skip }] of Object.entries(conditions)) {
  for (const [kind, program] of Object.entries(programs)) {
    test(`a ${kind} ${condition}`, { skip: skip ?? false }, async (t) => {
      const scope = makeScope(t)
      const home = ['env', `DAEMONIC_HOME=${scope.path('home')}`]
      const start = [...cli, 'start', '--name', 'd', '--umask', '0', '--pid-file', scope.path('daemon.pid'), ...program]
      const started = await run(scope, wrap([...home, ...start], scope))
      assert.deepEqual([started.code, started.stderr], [0, ''])
      const pid = readPid(scope)
      if (condition !== 'with standard streams closed')
        assert.match(started.stdout, new RegExp(`^d started \\(pid ${pid}\\)\r?\n$`))
      const report = await audit(scope, pid)
      assert.deepEqual(failures(report), [])
      assert.equal(report.total, 18)
      const stopped = await run(scope, [...home, ...cli, 'stop', 'd'])
      assert.deepEqual([stopped.code, stopped.stderr], [0, ''])
      assert.deepEqual(scope.processes(), [])
    })
  }
}
