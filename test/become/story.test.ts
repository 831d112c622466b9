import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixture, run, runFixture } from '../helpers/run.ts'
import { makeScope } from '../helpers/scope.ts'

test('the code after the call goes on in the daemon, and what was printed before it is printed once, by the launcher', async (t) => {
  const scope = makeScope(t)
  const ran = await runFixture(scope, 'story')
  assert.deepEqual(ran, { code: 0, signal: null, stdout: 'line before\n', stderr: 'error before\n' })
  assert.equal(
    scope.read('out.log'),
    'in the function true 1000 [ 1, 2, 3 ]\nafter { answer: 42 }\nout of a child\nstdin ended\n',
  )
  assert.equal(scope.read('err.log'), 'to the other log\nerr of a child\n')
})

test('the logs are appended to', async (t) => {
  const scope = makeScope(t)
  await runFixture(scope, 'story')
  await runFixture(scope, 'story')
  assert.equal(scope.read('err.log'), 'to the other log\nerr of a child\n'.repeat(2))
})

test('a megabyte printed before the call gets through a slow pipe whole', async (t) => {
  const scope = makeScope(t)
  const script = '"$@" 2>/dev/null | (sleep 1; wc -c)'
  const ran = await run(scope, ['/bin/sh', '-c', script, 'sh', process.execPath, fixture('story'), '1000000'])
  assert.equal(ran.stdout.trim(), String(1_000_000 + 'line before\n'.length))
})

test('a command substitution returns at once, while the daemon lives', async (t) => {
  const scope = makeScope(t)
  const spec = JSON.stringify({ verb: 'createDaemon', options: { ready: 'auto' } })
  const script = 'x=$("$@" | cat); echo "got $x"'
  const ran = await run(scope, ['/bin/sh', '-c', script, 'sh', process.execPath, fixture('daemon'), spec])
  assert.deepEqual(ran, { code: 0, signal: null, stdout: 'got before the call\n', stderr: '' })
  assert.equal(scope.processes().length, 1, 'the daemon alone is left')
})
