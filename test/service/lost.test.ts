// A call that was in progress when its daemon died is lost, and nothing is sent twice that may not be.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { ServiceError, ServiceLostError } from 'daemonic'
import { disconnect } from 'daemonic/client'
import { until } from '../helpers/processes.ts'
import { end } from '../helpers/scope.ts'
import { instanceOf, makeTested, rejection } from '../helpers/service.ts'

test('a call in progress is lost; the next one has a fresh service', async (t) => {
  const tested = makeTested(t)
  const client = await tested.client()
  const pid = await client.pid()
  const lost = rejection(client.slow(60_000))
  await until('the call', async () => (await client.begun('slow')) === 1)
  await end(pid)
  const error = await lost
  assert.ok(error instanceof ServiceLostError && error instanceof ServiceError)
  const { name, code, method, daemon, pid: told, log } = error
  assert.deepEqual(
    { name, code, method, daemon, told, log },
    {
      name: 'ServiceLostError',
      code: 'SERVICE_LOST',
      method: 'slow',
      daemon: instanceOf(),
      told: pid,
      log: join(tested.folder(), 'out.log'),
    },
  )
  assert.match(error.message, /ended while it ran slow\(\): it may have been done, or not; its log is /)
  assert.notEqual(await client.pid(), pid)
})

test('a stream in progress throws it in the loop', async (t) => {
  const tested = makeTested(t)
  const client = await tested.client()
  const seen: number[] = []
  const error = await rejection(
    (async () => {
      for await (const item of client.countThenDie(3)) seen.push(item)
    })(),
  )
  assert.equal(error['code'], 'SERVICE_LOST')
  assert.deepEqual(seen, [0, 1, 2])
})

test('idempotent: made once more by itself, and only once', async (t) => {
  const tested = makeTested(t, { idempotent: ['dieOnce', 'die', 'progressThenDie'] })
  const client = await tested.client()
  const first = await client.pid()
  assert.notEqual(await client.dieOnce(tested.scope.path('marker')), first)
  const begins = tested.begins()
  assert.equal((await rejection(client.die()))['code'], 'SERVICE_LOST')
  assert.equal(tested.begins(), begins + 1, 'once more')
  let told = 0
  const onProgress = async (): Promise<void> => {
    told += 1
  }
  assert.equal((await rejection(client.progressThenDie(onProgress)))['code'], 'SERVICE_LOST')
  assert.equal(told, 1, 'a callback was called: it is not made again')
})

test('not idempotent: never made again', async (t) => {
  const tested = makeTested(t)
  const client = await tested.client()
  assert.equal((await rejection(client.die()))['code'], 'SERVICE_LOST')
  assert.equal(tested.begins(), 1)
})

test('what waited for room at the service is made at the next', async (t) => {
  const tested = makeTested(t, { maxCalls: 1 })
  const client = await tested.client()
  const pid = await client.pid()
  const lost = rejection(client.die())
  const waiting = [client.echo(1), client.echo(2), client.pid()]
  assert.equal((await lost)['code'], 'SERVICE_LOST')
  const [one, two, next] = await Promise.all(waiting)
  assert.deepEqual([one, two], [1, 2])
  assert.notEqual(next, pid)
})

test('a disconnected client makes no calls, and finishes those it has made', async (t) => {
  const tested = makeTested(t)
  const client = await tested.client()
  const pid = await client.pid()
  const slow = client.slow(100)
  disconnect(client)
  assert.equal(await slow, pid)
  const error = await rejection(client.pid())
  assert.deepEqual([error.name, error['code']], ['DaemonicError', 'DISCONNECTED'])
})
