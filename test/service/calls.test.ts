// What is carried to a service and back, in its daemon and in the client's own process.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { test } from 'node:test'
import { until } from '../helpers/processes.ts'
import { makeTested, rejection, type Tested } from '../helpers/service.ts'

for (const inProcess of [false, true]) {
  const where = inProcess ? 'in this process' : 'in the daemon'
  const setUp = async (t: TestContext): Promise<{ tested: Tested; client: Awaited<ReturnType<Tested['client']>> }> => {
    const tested = makeTested(t)
    return { tested, client: await tested.client({ inProcess }) }
  }

  test(`${where}: its methods are those of the service, and nothing else is there`, async (t) => {
    const { tested, client } = await setUp(t)
    assert.equal((await client.pid()) === process.pid, inProcess)
    assert.equal(existsSync(tested.scope.path('home')), !inProcess)
    for (const name of ['then', 'toString', 'constructor', '__proto__', 'hasOwnProperty', 'noFunction', 'nope']) {
      assert.equal((client as unknown as Record<string, unknown>)[name], undefined, name)
    }
    assert.ok(Object.keys(client).includes('echo'))
  })

  test(`${where}: values are cloned`, async (t) => {
    const { client } = await setUp(t)
    const cycle: Record<string, unknown> = { list: [1, 'a', null, undefined, 10n, new Date(0), /x/g] }
    cycle['self'] = cycle
    const value = { map: new Map([[{ a: 1 }, new Set([1])]]), bytes: new Float64Array([1.5]), buffer: Buffer.from('x') }
    assert.deepEqual(await client.echo(value), value)
    const back = (await client.echo(cycle)) as typeof cycle
    assert.equal(back['self'], back)
    assert.notEqual(back, cycle)
    const { buffer } = (await client.echo(value)) as typeof value
    assert.ok(Buffer.isBuffer(buffer))
    assert.equal(buffer.buffer.byteLength, 1, 'it shows nothing but its own bytes')
    assert.equal(await client.echo(undefined), undefined)
  })

  test(`${where}: errors`, async (t) => {
    const { client } = await setUp(t)
    const rich = await rejection(client.throwRich())
    assert.deepEqual(
      [rich.name, rich.message, rich['code'], rich['line']],
      ['FormatError', 'the message', 'E_FORMAT', 7],
    )
    assert.match(String(rich.stack), /throwRich .*service\.js/)
    assert.ok(rich.cause instanceof TypeError)
    assert.equal((rich.cause as unknown as { code: string }).code, 'E_CAUSE')
    assert.deepEqual(await rejection(client.throwPlain()), { reason: 'plain' })
    const sent = (await client.echo([new RangeError('sent')])) as unknown
    assert.ok(Array.isArray(sent) && sent[0] instanceof RangeError)
  })

  test(`${where}: callbacks`, async (t) => {
    const { client } = await setUp(t)
    assert.deepEqual(await client.progress(3, async (done) => done * 2), [2, 4, 6])
    const thrown = await rejection(
      client.progress(3, async () => {
        throw new RangeError('no further')
      }),
    )
    assert.deepEqual([thrown instanceof RangeError, thrown.message], [true, 'no further'])
  })

  test(`${where}: signals`, async (t) => {
    const { client } = await setUp(t)
    const before = await client.finished()
    const controller = new AbortController()
    const call = rejection(client.untilAborted(controller.signal))
    await until('the call', async () => (await client.begun('untilAborted')) > 0)
    controller.abort(new RangeError('the user left'))
    assert.equal((await call).message, 'the user left')
    await until('the end of it there', async () => (await client.finished()) === before + 1)
    const aborted = await rejection(client.untilAborted(AbortSignal.abort()))
    assert.equal(aborted.name, 'AbortError')
  })

  test(`${where}: streams`, async (t) => {
    const { client } = await setUp(t)
    const items: number[] = []
    for await (const item of client.count(5)) items.push(item as number)
    assert.deepEqual(items, [0, 1, 2, 3, 4])
    const before = await client.finished()
    for await (const item of client.count(1e9, 65_536)) {
      assert.equal((item as Buffer).length, 65_536)
      break
    }
    await until('the end of the generator', async () => (await client.finished()) === before + 1)
    const stream = await client.count(1e6, 65_536)
    await stream.next()
    const ahead = await client.begun('count')
    assert.ok(ahead <= 8, `${ahead} items were made for one that was taken`)
    await stream.return()
    const controller = new AbortController()
    const failed = await rejection(
      (async () => {
        for await (const item of client.ticks(controller.signal)) if (item === 2) controller.abort()
      })(),
    )
    assert.equal(failed.name, 'AbortError')
  })

  test(`${where}: what can’t be carried is an error that names the method and the argument`, async (t) => {
    const { client } = await setUp(t)
    const error = await rejection(client.echo({ list: [0, { symbol: Symbol('x') }] }))
    assert.deepEqual([error.name, error['code'], error['index']], ['ArgumentError', 'NOT_CLONEABLE', 0])
    assert.match(error.message, /^echo\(\): argument 1 \(\.list\[1\]\.symbol\) can't be carried/)
    assert.equal(await client.echo(1), 1)
  })
}

test('messages have a limit, which can be raised', async (t) => {
  const tested = makeTested(t, { maxMessage: '1MB' })
  const client = await tested.client()
  const argument = await rejection(client.echo(Buffer.alloc(2 ** 20)))
  assert.equal(argument['code'], 'TOO_LARGE')
  assert.match(argument.message, /^the arguments of echo\(\) take \d+ bytes, and a message may have 1048576/)
  const result = await rejection(client.fill(2 ** 20))
  assert.equal(result['code'], 'TOO_LARGE')
  assert.match(result.message, /^the results of fill\(\) take/)
  assert.equal(await client.echo(1), 1)
  tested.setUp({ version: '2.0.0', maxMessage: '128MB' })
  const large = await tested.client({ version: '2.0.0' })
  assert.equal(((await large.echo(Buffer.alloc(100 * 2 ** 20))) as Buffer).length, 100 * 2 ** 20)
})

test('calls have a limit: more wait with the client', async (t) => {
  const tested = makeTested(t, { maxCalls: 5 })
  const client = await tested.client()
  const calls = Array.from({ length: 500 }, (_, index) => client.echo(index))
  assert.deepEqual(
    await Promise.all(calls),
    Array.from({ length: 500 }, (_, index) => index),
  )
  const slow = Array.from({ length: 10 }, () => client.slow(50))
  const contexts = await Promise.all([client.context(), ...slow])
  assert.ok((contexts[0] as { calls: number }).calls <= 5)
})

test('a service knows itself', async (t) => {
  const tested = makeTested(t)
  const client = await tested.client()
  await tested.client()
  assert.deepEqual(await client.context(), {
    name: 'tested',
    version: '1.0.0',
    connections: 2,
    calls: 1,
    aborted: false,
  })
})
