// Of all who come first one starts the service, and all are answered by it; whoever is killed on the way.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { isAlive, kill, until, untilGone } from '../helpers/processes.ts'
import { fixture, run } from '../helpers/run.ts'
import { end } from '../helpers/scope.ts'
import { instanceOf, makeTested, type Tested } from '../helpers/service.ts'

/** Runs client programs at once, and gives what each of their clients got. */
async function runClients({ scope }: Tested, programs: number, clients: number): Promise<unknown[]> {
  const command = [process.execPath, fixture('client'), String(clients), 'pid']
  const ran = await Promise.all(Array.from({ length: programs }, () => run(scope, command)))
  return ran.flatMap(({ code, stdout, stderr }) => {
    assert.deepEqual({ code, stderr }, { code: 0, stderr: '' })
    return JSON.parse(stdout) as unknown[]
  })
}

/** Asserts that all were answered by one process, the only one that ever began. */
function assertOne(tested: Tested, results: unknown[]): void {
  const answers = [...new Set(results.map((result) => JSON.stringify(result)))]
  assert.equal(answers.length, 1, `they were answered by one: ${answers.join(' ')}`)
  assert.match(answers[0] ?? '', /^\{"value":\d+\}$/)
  assert.equal(tested.begins(), 1, tested.log())
}

test('200 clients in one process come first: one daemon', async (t) => {
  const tested = makeTested(t)
  const clients = await Promise.all(Array.from({ length: 200 }, () => tested.client()))
  const pids = await Promise.all(clients.map((client) => client.pid()))
  assertOne(
    tested,
    pids.map((value) => ({ value })),
  )
})

test('200 clients in 40 processes come first: one daemon', async (t) => {
  const tested = makeTested(t)
  const results = await runClients(tested, 40, 5)
  assert.equal(results.length, 200)
  assertOne(tested, results)
})

test('clients that come while it boots slowly wait for it', async (t) => {
  const tested = makeTested(t, { boot: 'slow' })
  const first = tested.client()
  await until('the first life', () => tested.begins() === 1)
  const others = await Promise.all(Array.from({ length: 20 }, () => tested.client()))
  const pids = await Promise.all([await first, ...others].map((client) => client.pid()))
  assertOne(
    tested,
    pids.map((value) => ({ value })),
  )
})

test('a socket that a killed service left behind is no obstacle', async (t) => {
  const tested = makeTested(t)
  const pid = await (await tested.client()).pid()
  await end(pid)
  const next = await tested.client()
  assert.notEqual(await next.pid(), pid)
  assert.equal(tested.begins(), 2)
})

test('the client that starts it is killed: those who wait are answered all the same', async (t) => {
  const tested = makeTested(t, { boot: 'slow' })
  const { scope } = tested
  const starter = spawn(process.execPath, [fixture('client')], { env: scope.env, stdio: 'ignore' })
  await until('the first life', () => tested.begins() === 1)
  const waiting = Promise.all(Array.from({ length: 5 }, () => tested.client()))
  kill(starter.pid ?? 0)
  const pids = await Promise.all((await waiting).map((client) => client.pid()))
  assert.equal(new Set(pids).size, 1)
  const began = [...tested.log().matchAll(/^begin (\d+)$/gm)].map(([, pid]) => Number(pid))
  assert.deepEqual(
    began.filter((pid) => isAlive(pid)),
    [pids[0]],
  )
})

test('the daemon is killed while it boots: those who wait start the next', async (t) => {
  const tested = makeTested(t, { boot: 'slow' })
  const { scope } = tested
  const starter = run(scope, [process.execPath, fixture('client')])
  const first = await until('the first life', () => /^begin (\d+)$/m.exec(tested.log())?.[1])
  const waiting = Promise.all(Array.from({ length: 5 }, () => tested.client()))
  await end(Number(first))
  const [{ error }] = JSON.parse((await starter).stdout)
  assert.equal(error.code, 'START_FAILED')
  const pids = await Promise.all((await waiting).map((client) => client.pid()))
  assert.equal(new Set(pids).size, 1)
  assert.equal(tested.begins(), 2)
})

test('a service that takes its time to end: who comes meanwhile is answered by the next', async (t) => {
  const tested = makeTested(t, { disposeTime: 400 })
  const first = await (await tested.client()).pid()
  kill(first, 'SIGTERM')
  const next = await (await tested.client()).pid()
  assert.notEqual(next, first)
  assert.equal(isAlive(first), false, 'the lock is freed last')
  assert.match(tested.log(), /cleared away: stopped\nend \d+\nbegin/)
})

test('the path of the socket is too long: it is elsewhere, and found there', async (t) => {
  const tested = makeTested(t)
  const deep = join(tested.scope.path('deep'), 'x'.repeat(80), 'y'.repeat(80))
  mkdirSync(deep, { recursive: true, mode: 0o700 })
  process.env['DAEMONIC_HOME'] = join(deep, 'home')
  const clients = await Promise.all(Array.from({ length: 5 }, () => tested.client()))
  const pids = await Promise.all(clients.map((client) => client.pid()))
  assert.equal(new Set(pids).size, 1)
  kill(pids[0] ?? 0, 'SIGTERM')
  await untilGone(pids[0] ?? 0)
})

test('a stranger at the socket of a service that does not run is put aside', async (t) => {
  const strangers: Record<string, (socket: import('node:net').Socket) => void> = {
    'that closes at once': (socket) => socket.destroy(),
    'that speaks HTTP': (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'that speaks garbage': (socket) => socket.write(Buffer.alloc(5000, 0xff)),
    'that says nothing': () => {},
  }
  for (const [what, answer] of Object.entries(strangers)) {
    await t.test(what, async (t) => {
      const tested = makeTested(t)
      mkdirSync(tested.folder(), { recursive: true, mode: 0o700 })
      const server = createServer((socket) => answer(socket.on('error', () => {})))
      server.listen(join(tested.folder(), 'sock'))
      await new Promise((resolve) => server.once('listening', resolve))
      t.after(() => server.close())
      const client = await tested.client({ handshakeTimeout: 500 })
      assert.equal(tested.begins(), 1)
      assert.equal(typeof (await client.pid()), 'number')
    })
  }
})

test('the record tells what it is, and the audit finds nothing amiss', async (t) => {
  const tested = makeTested(t)
  await tested.client()
  const record = JSON.parse(readFileSync(join(tested.folder(), 'record.json'), 'utf8'))
  const { service, module, workingDir } = record.options
  assert.equal(record.kind, 'service')
  const runtime = `node${process.versions.node.split('.')[0]}`
  assert.deepEqual(service, { name: 'tested', version: '1.0.0', replace: false, runtime, variables: {} })
  assert.deepEqual({ module, workingDir }, { module: fixture('service'), workingDir: '/' })
  assert.equal(record.options.name, instanceOf())
})

test('a service works in no folder of anybody’s', async (t) => {
  const tested = makeTested(t)
  writeFileSync(tested.scope.path('file'), '')
  assert.equal(await (await tested.client()).cwd(), '/')
})
