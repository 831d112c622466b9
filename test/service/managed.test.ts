// A service is a daemon like any other: audited, listed, called and stopped from a shell; its clients end by themselves.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { conditions } from '../helpers/conditions.ts'
import { audit, failures } from '../helpers/daemon.ts'
import { isAlive, untilGone } from '../helpers/processes.ts'
import { fixture, projectFile, type Ran, run } from '../helpers/run.ts'
import { instanceOf, makeTested, type Tested } from '../helpers/service.ts'

/** Runs the command line. */
function cli({ scope }: Tested, ...words: string[]): Promise<Ran> {
  return run(scope, [process.execPath, projectFile('dist/cli/main.entry.cjs'), ...words])
}

for (const [condition, { wrap, skip = false }] of Object.entries(conditions)) {
  test(`started ${condition}: all items of the audit but the umask hold, and the client ends`, { skip }, async (t) => {
    const tested = makeTested(t)
    const { scope } = tested
    const variables = ['DAEMONIC_HOME', 'DAEMONIC_TEST_SERVICE'].map((name) => `${name}=${scope.env[name]}`)
    const ran = await run(scope, wrap(['/usr/bin/env', ...variables, process.execPath, fixture('client')], scope))
    assert.equal(ran.code, 0, JSON.stringify(ran))
    const [{ value: pid }] = JSON.parse(condition.includes('closed') ? '[{}]' : ran.stdout) as [{ value?: number }]
    const main = pid ?? (await (await tested.client()).pid())
    const wrong = failures(await audit(scope, main))
    // A service is no seed: it leaves no file that all can write to.
    assert.deepEqual(
      wrong.filter((item) => !item.startsWith('umask')),
      [],
    )
  })
}

test('call: results, streams, errors and their exit codes', async (t) => {
  const tested = makeTested(t)
  const client = await tested.client()
  const pid = await client.pid()
  assert.deepEqual(await cli(tested, 'call', 'tested', 'echo', '{"a":[1,"b"]}'), done('{"a":[1,"b"]}\n'))
  assert.deepEqual(await cli(tested, 'call', instanceOf(), 'pid'), done(`${pid}\n`))
  assert.deepEqual(await cli(tested, 'call', 'tested', 'count', '3'), done('0\n1\n2\n'))
  assert.deepEqual(await cli(tested, 'call', 'tested', 'status', '"counting"'), done(''))
  const thrown = await cli(tested, 'call', 'tested', 'throwRich')
  assert.deepEqual([thrown.code, thrown.stderr], [1, 'daemonic: tested throwRich threw FormatError: the message\n'])
  const json = await cli(tested, 'call', '--json', 'tested', 'throwRich')
  assert.equal(JSON.parse(json.stderr).error.code, 'E_FORMAT')
  const unknown = await cli(tested, 'call', 'tested', 'nope')
  assert.equal(unknown.code, 2)
  assert.match(unknown.stderr, /^daemonic: tested-1\.0\.0-node\d+ has no method 'nope': it has pid, echo, /)
  const text = await cli(tested, 'call', 'tested', 'echo', 'abc')
  assert.equal(text.code, 2)
  assert.match(text.stderr, /argument 1 of the method to be JSON, got 'abc'; for the text write '"abc"'/)
  assert.equal((await cli(tested, 'call', 'nobody', 'echo')).code, 5)
  const head = await run(tested.scope, [
    '/bin/sh',
    '-c',
    `"$@" | head -1`,
    'sh',
    process.execPath,
    projectFile('dist/cli/main.entry.cjs'),
    'call',
    'tested',
    'ticks',
  ])
  assert.deepEqual(head, done('0\n'))
  const status = JSON.parse((await cli(tested, 'status', '--json', 'tested')).stdout)
  const { name, version, connections, status: says } = status.service
  assert.deepEqual(
    { name, version, connections, says },
    { name: 'tested', version: '1.0.0', connections: 1, says: 'counting' },
  )
  assert.match(
    (await cli(tested, 'status', 'tested')).stdout,
    /service +tested 1\.0\.0: 1 client, 0 calls in progress\n +says +counting/,
  )
})

test('list, logs, stop, and a call that starts it again', async (t) => {
  const tested = makeTested(t)
  const pid = await (await tested.client()).pid()
  assert.match((await cli(tested, 'list')).stdout, new RegExp(`${instanceOf()} +running +${pid} .* service`))
  assert.match((await cli(tested, 'logs', 'tested')).stdout, new RegExp(`begin ${pid}`))
  const stopped = await cli(tested, 'stop', 'tested')
  assert.equal(stopped.code, 0, stopped.stderr)
  assert.equal(isAlive(pid), false)
  assert.equal((await cli(tested, 'status', 'tested')).code, 3)
  const next = Number((await cli(tested, 'call', 'tested', 'pid')).stdout)
  assert.ok(isAlive(next) && next !== pid)
  assert.equal((await cli(tested, 'restart', 'tested')).code, 0)
  await untilGone(next)
  const third = Number((await cli(tested, 'call', 'tested', 'pid')).stdout)
  assert.ok(isAlive(third) && third !== next)
  await cli(tested, 'stop', 'tested')
  assert.equal((await cli(tested, 'forget', 'tested')).code, 0)
})

test('several versions: the name alone is not enough, and they are told', async (t) => {
  const tested = makeTested(t)
  await tested.client()
  tested.setUp({ version: '2.0.0' })
  await tested.client({ version: '2.0.0' })
  const ran = await cli(tested, 'stop', 'tested')
  assert.equal(ran.code, 5)
  assert.match(
    ran.stderr,
    /several daemons of the service tested; say which: tested-1\.0\.0-node\d+, tested-2\.0\.0-node\d+/,
  )
})

test('nobody who reads a client’s output waits for the service', async (t) => {
  const tested = makeTested(t)
  const script = `x=$("$@"); echo "$x" | cat`
  const ran = await run(tested.scope, ['/bin/sh', '-c', script, 'sh', process.execPath, fixture('client')])
  assert.match(ran.stdout, /^\[\{"value":\d+\}\]\n$/)
})

/** What a command gives that went well. */
function done(stdout: string): Ran {
  return { code: 0, signal: null, stdout, stderr: '' }
}
