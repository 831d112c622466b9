// Wrapped functions and decorated methods: the arguments are the launcher's, `this` is the daemon's own.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { daemonize } from 'daemonic'
import { assertStarted, readFacts, readPid, startDaemon } from '../helpers/daemon.ts'
import { until } from '../helpers/processes.ts'
import { projectFile, run } from '../helpers/run.ts'
import { makeScope } from '../helpers/scope.ts'

for (const [verb, args] of [
  ['daemonizeFunc', [1, 'two']],
  ['daemonize', [1, 'two']],
  ['decorated', ['hello', 1, 'two']],
] as const) {
  test(`${verb}: the function gets the arguments`, async (t) => {
    const scope = makeScope(t)
    assertStarted(await startDaemon(scope, { verb }))
    const facts = await readFacts(scope)
    assert.deepEqual(facts.args, args)
    assert.equal(facts.pid, readPid(scope))
  })
}

test('a decorator of experimentalDecorators', async (t) => {
  const scope = makeScope(t)
  const folder = projectFile('test/fixtures/experimental')
  const command = [process.execPath, '--import', import.meta.resolve('tsx'), `${folder}/jobs.ts`]
  assertStarted(await run(scope, command, { env: { ...scope.env, TSX_TSCONFIG_PATH: `${folder}/tsconfig.json` } }))
  await until('the lines of the daemon', () => scope.read('out.log') === 'hello world 2\nreturned\n')
})

test('what is no function and no method is refused', () => {
  const decorate = daemonize() as (value: unknown, context?: unknown) => unknown
  for (const wrong of [
    () => decorate(undefined),
    () => decorate(class {}, { kind: 'class', name: 'A' }),
    () => decorate(() => {}, { kind: 'getter', name: 'a' }),
    () => decorate(undefined, { kind: 'field', name: 'a' }),
  ]) {
    assert.throws(wrong, {
      name: 'DaemonicError',
      code: 'INVALID_OPTION',
      message: /^Expected @daemonize\(\) to be at a method/,
    })
  }
})

test('a wrapped function has the name of the function', () => {
  assert.equal(daemonize()(function work() {}).name, 'work')
})
