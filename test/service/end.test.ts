// A service ends when it is idle, stopped, replaced, out of date or removed, and never costs a client its call.
import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { disconnect } from 'daemonic/client'
import { isAlive, kill, until, untilGone } from '../helpers/processes.ts'
import { fixture, run } from '../helpers/run.ts'
import { makeTested, rejection } from '../helpers/service.ts'

test('1,000 calls around the idle limit: none fails, and the service ends again and again', async (t) => {
  const tested = makeTested(t, { idleTimeout: 30 })
  let calls = 0
  const caller = async (): Promise<void> => {
    for (let round = 0; round < 125; round += 1) {
      const client = await tested.client()
      assert.equal(await client.echo(round), round)
      calls += 1
      disconnect(client)
      await sleep(24 + Math.random() * 16)
    }
  }
  // Two at a time, so that there are times without a connection.
  for (let wave = 0; wave < 4; wave += 1) await Promise.all([caller(), caller()])
  assert.equal(calls, 1000)
  t.diagnostic(`the service began ${tested.begins()} times`)
  assert.ok(tested.begins() > 10, `it began ${tested.begins()} times`)
})

test('a connection keeps it alive; one whose client was killed does not', async (t) => {
  const tested = makeTested(t, { idleTimeout: 100, drainTimeout: 200 })
  const { scope } = tested
  let clientPid = 0
  const ran = run(scope, [process.execPath, fixture('client'), '1', 'slow', '60000'], {
    onStart: (child) => {
      clientPid = child.pid ?? 0
    },
  })
  await until('the first life', () => tested.begins() === 1)
  const client = await tested.client()
  const pid = await client.pid()
  await sleep(300)
  assert.equal(await client.pid(), pid, 'held by a connection, without a call')
  disconnect(client)
  kill(clientPid)
  await ran
  await untilGone(pid)
})

test('idle, it ends, its socket is gone, and its exit is a clean one', async (t) => {
  const tested = makeTested(t, { idleTimeout: 100 })
  const client = await tested.client()
  const pid = await client.pid()
  disconnect(client)
  await untilGone(pid)
  assert.match(tested.log(), /cleared away: idle\nend \d+\n$/)
})

test('a timer that it leaves behind does not keep it', async (t) => {
  const tested = makeTested(t, { idleTimeout: 50, leavesTimer: true })
  const client = await tested.client()
  const pid = await client.pid()
  disconnect(client)
  await untilGone(pid)
})

test('stopped: calls in progress are finished, and later ones go to the next', async (t) => {
  const tested = makeTested(t)
  const client = await tested.client()
  const pid = await client.pid()
  const slow = client.slow(300)
  await until('the call', async () => (await client.begun('slow')) === 1)
  kill(pid, 'SIGTERM')
  await untilSocketGone(tested.folder())
  const next = client.pid()
  assert.equal(await slow, pid)
  assert.notEqual(await next, pid)
  assert.equal(tested.begins(), 2)
})

test('stopped: what takes longer than drainTimeout is aborted, and lost', async (t) => {
  const tested = makeTested(t, { drainTimeout: 150 })
  const client = await tested.client()
  const pid = await client.pid()
  const signal = new AbortController().signal
  const calls = [rejection(client.slow(60_000)), rejection(client.untilAborted(signal))]
  await until('the calls', async () => (await client.begun('untilAborted')) === 1)
  kill(pid, 'SIGTERM')
  for (const error of await Promise.all(calls)) assert.equal(error['code'], 'SERVICE_LOST', String(error))
  await untilGone(pid)
  assert.match(tested.log(), /aborted: AbortError/)
})

test('two versions run side by side', async (t) => {
  const tested = makeTested(t)
  const one = await (await tested.client()).pid()
  tested.setUp({ version: '2.0.0' })
  const other = await (await tested.client({ version: '2.0.0' })).pid()
  assert.notEqual(one, other)
  assert.equal(await (await tested.client()).pid(), one)
  assert.ok(isAlive(one) && isAlive(other))
})

test('a newer version takes over: calls are finished, new ones wait, and the older client is told', async (t) => {
  const tested = makeTested(t, { replace: true })
  const instance = `tested-node${process.versions.node.split('.')[0]}`
  const old = await tested.client({ replace: true })
  const pid = await old.pid()
  const slow = old.slow(300)
  await until('the call', async () => (await old.begun('slow')) === 1)
  tested.setUp({ replace: true, version: '1.10.0' })
  const newer = await tested.client({ replace: true, version: '1.10.0' })
  assert.equal(await slow, pid, 'the call in progress was finished')
  const next = await newer.pid()
  assert.notEqual(next, pid)
  const error = await rejection(old.pid())
  assert.equal(error.name, 'ServiceError')
  const { code, daemon, pid: told, log } = error
  assert.deepEqual(
    { code, daemon, told, log },
    { code: 'SERVICE_REPLACED', daemon: instance, told: next, log: join(tested.folder(instance), 'out.log') },
  )
  assert.match(error.message, /^tested 1\.10\.0 has taken over from 1\.0\.0: .*daemonic stop tested-node\d+$/)
  assert.equal(await newer.pid(), next)
})

for (const [how, change] of Object.entries({
  'is written': (file: string) => writeFileSync(file, 'other text'),
  'is replaced': (file: string) => {
    writeFileSync(`${file}.new`, 'text')
    renameSync(`${file}.new`, file)
  },
  'is removed': (file: string) => rmSync(file),
})) {
  test(`a file that it depends on ${how}: it ends when no call is in progress, and the next call has a fresh one`, async (t) => {
    const tested = makeTested(t)
    const file = join(mkdtempSync(tested.scope.path('files-')), 'lock')
    writeFileSync(file, 'text')
    tested.setUp({ files: [file] })
    const client = await tested.client()
    const pid = await client.pid()
    const slow = client.slow(200)
    await until('the call', async () => (await client.begun('slow')) === 1)
    change(file)
    assert.equal(await slow, pid)
    await untilGone(pid)
    assert.notEqual(await client.pid(), pid)
    assert.match(tested.log(), /cleared away: out of date/)
  })
}

test('variables are a part of the identity', async (t) => {
  const tested = makeTested(t, { env: ['TESTED_MODE'] })
  t.after(() => delete process.env['TESTED_MODE'])
  const pids = new Map<string, number>()
  for (const mode of ['', 'a', 'b', 'a', undefined]) {
    if (mode === undefined) delete process.env['TESTED_MODE']
    else process.env['TESTED_MODE'] = mode
    const client = await tested.client({ env: ['TESTED_MODE'] })
    assert.equal(await client.env('TESTED_MODE'), mode)
    const pid = await client.pid()
    assert.equal(pids.get(String(mode)) ?? pid, pid)
    pids.set(String(mode), pid)
  }
  assert.equal(new Set(pids.values()).size, 4)
})

test('odd versions and long names have daemons of their own', async (t) => {
  const tested = makeTested(t)
  const pids = new Set<number>()
  for (const version of ['1.0.0+build/é', '1.0.0+build/è', 'v'.repeat(200)]) {
    tested.setUp({ version })
    pids.add(await (await tested.client({ version })).pid())
  }
  const name = 'n'.repeat(64)
  tested.setUp({ name })
  pids.add(await (await tested.client({ name })).pid())
  assert.equal(pids.size, 4)
})

test('its folder is removed: it ends, and rm has no trouble', async (t) => {
  const tested = makeTested(t)
  const pid = await (await tested.client()).pid()
  rmSync(tested.scope.path('home'), { recursive: true })
  await untilGone(pid)
})

for (const [how, spoil] of Object.entries({
  'is removed': (path: string) => rmSync(path),
  'is renamed': (path: string) => renameSync(path, `${path}.away`),
  'gives way to a file': (path: string) => {
    writeFileSync(`${path}.new`, '')
    renameSync(`${path}.new`, path)
  },
})) {
  test(`its socket ${how}: it makes it anew, and clients find it`, async (t) => {
    const tested = makeTested(t)
    const pid = await (await tested.client()).pid()
    spoil(join(tested.folder(), 'sock'))
    assert.equal(await (await tested.client()).pid(), pid)
    assert.equal(tested.begins(), 1)
  })
}

/** Waits until the socket of a service is gone. */
async function untilSocketGone(folder: string): Promise<void> {
  await until('the end of the socket', () => !existsSync(join(folder, 'sock')))
}
