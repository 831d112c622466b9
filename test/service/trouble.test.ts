// What is wrong with a service is told apart, repaired where it can be, and otherwise an error that says which.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from 'daemonic/client'
import { isAlive, kill, statOf, until } from '../helpers/processes.ts'
import { fixture, run } from '../helpers/run.ts'
import { instanceOf, makeTested, rejection } from '../helpers/service.ts'

test('stopped by a signal: it is said, and when it goes on it answers', async (t) => {
  const tested = makeTested(t)
  const pid = await (await tested.client()).pid()
  kill(pid, 'SIGSTOP')
  await until('the stop', () => statOf(pid)[0] === 'T')
  const error = await rejection(tested.client({ handshakeTimeout: 300 }))
  const { name, code, daemon, pid: told, log } = error
  assert.deepEqual(
    { name, code, daemon, told, log },
    {
      name: 'ServiceError',
      code: 'SERVICE_UNRESPONSIVE',
      daemon: instanceOf(),
      told: pid,
      log: join(tested.folder(), 'out.log'),
    },
  )
  assert.match(
    error.message,
    /did not answer within 300 ms .*: it is stopped by a signal; kill -CONT \d+ has it go on$/,
  )
  kill(pid, 'SIGCONT')
  assert.equal(await (await tested.client()).pid(), pid)
})

test('busy: it is said, with the log and the remedy', async (t) => {
  const tested = makeTested(t)
  const client = await tested.client()
  const pid = await client.pid()
  const blocked = client.block(1500)
  const error = await rejection(tested.client({ handshakeTimeout: 300 }))
  assert.equal(error['code'], 'SERVICE_UNRESPONSIVE')
  assert.match(error.message, /it is busy, or hangs: see its log, .*out\.log, or end it with daemonic stop tested-/)
  assert.equal(await blocked, pid)
})

test('not ready in time: it is ended, and who started it and who waited are told so', async (t) => {
  const tested = makeTested(t, { boot: 'block' })
  const first = rejection(tested.client({ startTimeout: 5000 }))
  const pid = Number(await until('the first life', () => /^begin (\d+)$/m.exec(tested.log())?.[1]))
  const second = await rejection(tested.client({ startTimeout: 500 }))
  assert.equal(second['code'], 'START_TIMEOUT')
  assert.match(second.message, /which another client started, was not ready within 500 ms/)
  assert.equal((await first)['code'], 'START_TIMEOUT')
  assert.equal(isAlive(pid), false)
})

for (const [boot, step, pattern] of [
  ['throw', 'module', /the reason of the failure/],
  ['exit', 'module', /exit code 3/],
] as const) {
  test(`a service that fails at boot (${boot}) fails all who wait, once, with its own words; mended, it starts`, async (t) => {
    const tested = makeTested(t, { boot })
    const here = Promise.all(Array.from({ length: 20 }, () => rejection(tested.client())))
    const there = run(tested.scope, [process.execPath, fixture('client'), '5'])
    const errors = await here
    for (const error of errors) {
      assert.equal(error['code'], 'START_FAILED', String(error))
      assert.match(error.message, pattern)
    }
    const own = errors.find(({ message }) => !message.includes('another client'))
    assert.equal(own?.['step'], step)
    if (boot === 'throw') assert.ok(own?.cause instanceof Error)
    for (const { error } of JSON.parse((await there).stdout)) assert.equal(error.code, 'START_FAILED')
    assert.ok(tested.begins() <= 4, `it was started ${tested.begins()} times`)
    tested.setUp({})
    assert.equal(typeof (await (await tested.client()).pid()), 'number')
  })
}

test('a module that serves something else, or nothing, or is not there', async (t) => {
  const tested = makeTested(t, { boot: 'other' })
  const other = await rejection(tested.client())
  assert.equal(other['code'], 'START_FAILED')
  assert.match(other.message, /serves tested 9\.9\.9 of node\d+, and tested-1\.0\.0-node\d+ was asked for/)
  tested.setUp({ boot: 'nothing' })
  const nothing = await rejection(tested.client())
  assert.deepEqual([nothing['code'], nothing['step'], nothing['exitCode']], ['START_FAILED', 'module', 0])
  assert.match(
    nothing.message,
    /\(pid \d+\) ended before it served: \/.*service\.js has to call serve\(\), of the same copy/,
  )
  const missing = await rejection(tested.client({ module: '/there/is/no.mjs' }))
  assert.equal(missing['code'], 'START_FAILED')
  assert.match(missing.message, /no\.mjs/)
})

test('options that can’t be are told before anything is started', async (t) => {
  const tested = makeTested(t)
  const module = fixture('service')
  const wrong: [Record<string, unknown>, string][] = [
    [{ name: '../up', version: '1', module }, 'name'],
    [{ name: 'tested', version: '', module }, 'version'],
    [{ name: 'tested', version: '1' }, 'module'],
    [{ name: 'tested', version: '1', module: new URL('http://localhost/') }, 'module'],
    [{ name: 'tested', version: '1', module, env: ['A=B'] }, 'env[0]'],
    [{ name: 'tested', version: '1', module, startTimeout: '10 parsecs' }, 'startTimeout'],
    [{ name: 'tested', version: '1', module, nonsense: 1 }, 'nonsense'],
  ]
  for (const [options, option] of wrong) {
    const error = await rejection(connect(options as never))
    assert.deepEqual([error['code'], error['option']], ['INVALID_OPTION', option], String(error))
  }
  assert.equal(tested.begins(), 0)
})

test('a stranger in the place of the socket of a service that runs: the service takes its place back', async (t) => {
  const tested = makeTested(t)
  const pid = await (await tested.client()).pid()
  const path = join(tested.folder(), 'sock')
  const server = createServer((socket) => void socket.on('error', () => {}).end('garbage that is no frame'))
  server.listen(`${path}.stranger`)
  await new Promise((resolve) => server.once('listening', resolve))
  t.after(() => server.close())
  renameSync(`${path}.stranger`, path)
  assert.equal(await (await tested.client()).pid(), pid)
})

for (const [what, spoil] of Object.entries({
  'a folder': (path: string) => mkdirSync(path),
  'a file': (path: string) => writeFileSync(path, ''),
  'a link that leads nowhere': (path: string) => symlinkSync('/there/is/nothing', path),
})) {
  test(`${what} where the socket of a killed service was: the next start puts it aside`, async (t) => {
    const tested = makeTested(t)
    const pid = await (await tested.client()).pid()
    kill(pid)
    await until('the death', () => !isAlive(pid))
    const path = join(tested.folder(), 'sock')
    rmSync(path, { force: true })
    spoil(path)
    assert.notEqual(await (await tested.client()).pid(), pid)
  })
}

test('the socket is made unreadable: the service mends it', async (t) => {
  const tested = makeTested(t)
  const pid = await (await tested.client()).pid()
  const path = join(tested.folder(), 'sock')
  chmodSync(path, 0)
  assert.equal(await (await tested.client()).pid(), pid)
  const { statSync } = await import('node:fs')
  await until('the mode', () => (statSync(path).mode & 0o777) === 0o600)
})

test('damaged records are no obstacle', async (t) => {
  const tested = makeTested(t)
  const pid = await (await tested.client()).pid()
  writeFileSync(join(tested.folder(), 'state.json'), 'garbage')
  writeFileSync(join(tested.folder(), 'record.json'), 'garbage')
  assert.equal(await (await tested.client()).pid(), pid)
  kill(pid)
  await until('the death', () => !isAlive(pid))
  assert.notEqual(await (await tested.client()).pid(), pid)
})
