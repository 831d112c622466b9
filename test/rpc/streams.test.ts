// Async iterables are read at the other end as they are here: item by item, no faster than they are taken, and left when they are.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { linkOver } from '../../src/rpc/link.cts'
import { answerOn, callOn, onBothLinks, rawEnd, rejectionOf, socketPair } from '../helpers/links.ts'
import { until } from '../helpers/processes.ts'

/** How much may be on its way before it is taken; one item more may be. */
const streamWindow = 262_144

/** What a generator of the service came through. */
interface Life {
  made: number
  ends: number
}

/** Makes items of so many bytes without end, and notes it. */
async function* endless(life: Life, bytes: number): AsyncGenerator<Buffer> {
  try {
    for (;;) {
      life.made += 1
      yield Buffer.alloc(bytes, life.made)
    }
  } finally {
    life.ends += 1
  }
}

/** Lets all that can go on go on, until nothing changes any more. */
async function settled(look: () => number): Promise<number> {
  let last = -1
  for (let still = 0; still < 50; still += 1) {
    await turn()
    if (look() !== last) still = 0
    last = look()
  }
  return last
}

/** All items of a stream. */
async function collect<Item>(stream: AsyncIterable<Item>): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of stream) items.push(item)
  return items
}

const methods = {
  async *count(to: number) {
    for (let index = 1; index <= to; index += 1) yield index
    return 'counted'
  },
  async *empty() {},
  later: async () => methods.count(3),
  readable: () => Readable.from(['a', 'b', Buffer.from('c')]),
  web: () =>
    new ReadableStream({
      start(controller) {
        for (const item of ['a', { b: 1 }, 2n]) controller.enqueue(item)
        controller.close()
      },
    }),
  custom: () => ({
    [Symbol.asyncIterator]: () => {
      let left = 2
      return { next: async () => (left-- > 0 ? { done: false, value: left } : { done: true, value: 'end' }) }
    },
  }),
  async *failing() {
    yield 1
    throw Object.assign(new RangeError('broken'), { code: 'E_BROKEN' })
  },
  async *failingAtOnce() {
    yield* []
    throw new TypeError('at once')
  },
  async *unsendable() {
    yield 1
    yield { inside: () => {} }
  },
  async *unsendableEnd() {
    yield 1
    return () => {}
  },
  async *large() {
    yield 1
    yield 'x'.repeat(20_000)
  },
  value: async () => 7,
}

onBothLinks(
  'a stream is read in a loop, directly or awaited; items and end are those of the service',
  async (wired) => {
    const { call, isHeld, counts } = await wired(methods)
    assert.deepEqual(await collect(call('count', 5)), [1, 2, 3, 4, 5])
    assert.deepEqual(await collect(await call('count', 5)), [1, 2, 3, 4, 5])
    assert.deepEqual(await collect(call('later')), [1, 2, 3])
    assert.deepEqual(await collect(await call('later')), [1, 2, 3])
    assert.deepEqual(await collect(call('empty')), [])
    assert.deepEqual(await collect(await call('empty')), [])
    assert.deepEqual(await collect(call('custom')), [1, 0])
    assert.equal(isHeld(), false)
    await until('the end of all', () => counts.now === 0)
  },
)

onBothLinks('a stream of Node, and one of the web, are streams', async (wired) => {
  const { call } = await wired(methods)
  assert.deepEqual(await collect(call('readable')), ['a', 'b', Buffer.from('c')])
  assert.deepEqual(await collect(call('web')), ['a', { b: 1 }, 2n])
})

onBothLinks('what a generator returns is there once, at its end; then it is over', async (wired) => {
  const { call } = await wired(methods)
  const stream = await call('count', 1)
  assert.equal(stream[Symbol.asyncIterator](), stream)
  assert.deepEqual(await stream.next(), { done: false, value: 1 })
  assert.deepEqual(await stream.next(), { done: true, value: 'counted' })
  assert.deepEqual(await stream.next(), { done: true, value: undefined })
  assert.deepEqual(await stream.return(), { done: true, value: undefined })
})

onBothLinks('several next() at once are answered in their order', async (wired) => {
  const { call } = await wired(methods)
  const stream = await call('count', 2)
  const results = await Promise.all(Array.from({ length: 4 }, () => stream.next()))
  assert.deepEqual(results, [
    { done: false, value: 1 },
    { done: false, value: 2 },
    { done: true, value: 'counted' },
    { done: true, value: undefined },
  ])
})

onBothLinks('a long stream comes to its end: 70,000 items', async (wired) => {
  const { call } = await wired(methods)
  let last = 0
  for await (const item of call('count', 70_000)) {
    assert.equal(item, last + 1)
    last = item
  }
  assert.equal(last, 70_000)
})

onBothLinks('the generator is not further than the window and one item ahead of who reads', async (wired) => {
  for (const bytes of [1, 1000, 100_000, 400_000]) {
    const life = { made: 0, ends: 0 }
    const { call } = await wired({ endless: () => endless(life, bytes) })
    // Each takes its bytes, and some more for what is around them.
    const most = Math.ceil(streamWindow / bytes) + 1
    const stream = await call('endless')
    const ahead = await settled(() => life.made)
    assert.ok(ahead <= most, `${ahead} items of ${bytes} bytes were made, none taken, and ${most} are the most`)
    assert.ok(ahead * (bytes + 50) >= streamWindow, `${ahead} items of ${bytes} bytes: the window is used`)
    for (let taken = 1; taken <= 30; taken += 1) {
      const { value } = await stream.next()
      assert.equal(value[0], taken % 256)
      if (taken % 10 === 0) {
        const made = await settled(() => life.made)
        assert.ok(made <= taken + most, `${made} items of ${bytes} bytes were made, and ${taken} taken`)
        assert.ok(made >= taken + ahead - 1, `${made} items of ${bytes} bytes were made, and ${taken} taken`)
      }
    }
    await stream.return()
    await until('the end of the generator', () => life.ends === 1)
  }
})

onBothLinks('a slow stream does not hold up calls, nor other streams', async (wired) => {
  const life = { made: 0, ends: 0 }
  const { call } = await wired({ ...methods, endless: () => endless(life, 100_000) })
  const stalled = await call('endless')
  await settled(() => life.made)
  assert.equal(await call('value'), 7)
  assert.equal((await collect(call('count', 1000))).length, 1000)
  assert.ok(life.made <= 4)
  await stalled.return()
})

/** Ways of leaving a stream after its first item. */
const exits: Record<string, (stream: AsyncIterable<Buffer>) => Promise<unknown>> = {
  break: async (stream) => {
    for await (const _ of stream) break
  },
  return: (stream) =>
    (async () => {
      for await (const item of stream) return item
      return undefined
    })(),
  throw: (stream) =>
    (async () => {
      for await (const _ of stream) throw new Error('enough')
    })().catch(() => {}),
  'return()': async (stream) => {
    const iterator = stream[Symbol.asyncIterator]() as AsyncGenerator<Buffer>
    await iterator.next()
    assert.deepEqual(await iterator.return(undefined), { done: true, value: undefined })
    assert.deepEqual(await iterator.next(), { done: true, value: undefined })
    await iterator.return(undefined)
  },
  'return() before the first item': async (stream) => {
    const iterator = stream[Symbol.asyncIterator]() as AsyncGenerator<Buffer>
    const next = iterator.next()
    await iterator.return(undefined)
    // It may have come already; the second one has not been asked for.
    await next
    assert.deepEqual(await iterator.next(), { done: true, value: undefined })
  },
  'await using': async (stream) => {
    await using iterator = stream[Symbol.asyncIterator]() as AsyncGenerator<Buffer> & AsyncDisposable
    await iterator.next()
  },
}

onBothLinks(
  'leaving the loop, however it is left, ends the generator there, with its finally; nothing holds the process',
  async (wired) => {
    for (const [how, leave] of Object.entries(exits)) {
      for (const isAwaited of [false, true]) {
        const life = { made: 0, ends: 0 }
        const { call, isHeld, counts } = await wired({ ...methods, endless: () => endless(life, 1000) })
        const called = call('endless')
        await leave(isAwaited ? await called : called)
        assert.equal(isHeld(), false, how)
        await until(`the end of the generator, by ${how}`, () => counts.begun === 1 && counts.now === 0)
        assert.equal(life.ends, life.made === 0 ? 0 : 1, how)
        const made = life.made
        assert.equal(await call('value'), 7)
        assert.equal(life.made, made, 'and it makes no more')
      }
    }
  },
)

onBothLinks('leaving ends a generator that waits, by its signal; another iterator by its return()', async (wired) => {
  const seen: string[] = []
  const { call, counts } = await wired({
    async *waiting(signal: AbortSignal) {
      yield 1
      try {
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
        })
      } catch (error) {
        seen.push(`${(error as Error).name}: ${(error as Error).message}`)
      }
    },
    custom: () => {
      let end: (result: IteratorResult<number>) => void
      let asked = 0
      return {
        [Symbol.asyncIterator]: () => ({
          next: () => {
            asked += 1
            if (asked === 1) return Promise.resolve({ done: false, value: 1 })
            return new Promise<IteratorResult<number>>((resolve) => {
              end = resolve
            })
          },
          return: () => {
            seen.push('return')
            end({ done: true, value: undefined })
            return Promise.resolve({ done: true, value: undefined })
          },
        }),
      }
    },
    throwing: () => ({
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false, value: 1 }),
        return: () => {
          seen.push('throws')
          throw new Error('return() throws')
        },
      }),
    }),
  })
  for await (const _ of call('waiting', new AbortController().signal)) break
  await until('the end of the generator', () => counts.now === 0)
  assert.deepEqual(seen, ['AbortError: The stream is read no more'])
  for await (const _ of call('custom')) break
  await until('the end of the iterator', () => counts.now === 0)
  assert.equal(seen.includes('return'), true)
  for await (const _ of call('throwing')) break
  await until('the end of the other', () => counts.now === 0)
  assert.equal(seen.includes('throws'), true)
})

onBothLinks('leaving a stream of Node, or of the web, ends it', async (wired) => {
  const ended: string[] = []
  const { call, counts } = await wired({
    readable: () =>
      new Readable({
        read() {
          this.push(Buffer.alloc(10_000))
        },
        destroy(error, done) {
          ended.push('destroyed')
          done(error)
        },
      }),
    web: () =>
      new ReadableStream({
        pull(controller) {
          controller.enqueue(Buffer.alloc(10_000))
        },
        cancel() {
          ended.push('cancelled')
        },
      }),
  })
  for await (const _ of call('readable')) break
  for await (const _ of call('web')) break
  await until('the end of both', () => counts.begun === 2 && counts.now === 0)
  assert.deepEqual(ended.sort(), ['cancelled', 'destroyed'])
})

onBothLinks(
  'an abort ends a stream: who reads gets the reason, the generator its end, even when it ignores the signal',
  async (wired) => {
    for (const heeds of [true, false]) {
      for (const isAwaited of [true, false]) {
        const life = { made: 0, ends: 0 }
        const { call, counts, isHeld } = await wired({
          endless: async function* (signal: AbortSignal) {
            for await (const item of endless(life, 1000)) {
              if (heeds) signal.throwIfAborted()
              yield item
            }
          },
        })
        const controller = new AbortController()
        const called = call('endless', controller.signal)
        const stream = isAwaited ? await called : called
        const reason = new Error('enough')
        let read = 0
        const error = await rejectionOf(
          (async () => {
            for await (const _ of stream) {
              read += 1
              if (read === 3) controller.abort(reason)
              assert.ok(read < 1000)
            }
          })(),
        )
        assert.equal(error, reason)
        assert.equal(isHeld(), false)
        await until('the end of the generator', () => counts.now === 0)
        assert.equal(life.ends, 1)
      }
    }
  },
)

onBothLinks(
  'a stream that is not read, and aborted, ends too; and one that is read only after its abort',
  async (wired) => {
    const life = { made: 0, ends: 0 }
    const { call, counts } = await wired({ endless: (_: AbortSignal) => endless(life, 1000) })
    const controller = new AbortController()
    const called = call('endless', controller.signal)
    const failed = called.then(assert.fail, (error) => error)
    controller.abort('early')
    assert.equal(await failed, 'early')
    assert.equal(await rejectionOf(collect(called)), 'early')
    await until('the end of the generator', () => counts.begun === 1 && counts.now === 0)
    assert.equal(life.ends, life.made === 0 ? 0 : 1)
  },
)

onBothLinks('a generator that throws: the items before, then the error, once', async (wired) => {
  const { call } = await wired(methods, { limit: 10_000 })
  const stream = await call('failing')
  assert.deepEqual(await stream.next(), { done: false, value: 1 })
  const error = await rejectionOf(stream.next())
  assert.ok(error instanceof RangeError)
  assert.deepEqual([error.message, (error as { code?: string }).code], ['broken', 'E_BROKEN'])
  assert.deepEqual(await stream.next(), { done: true, value: undefined })
  assert.ok((await rejectionOf(collect(call('failingAtOnce')))) instanceof TypeError)
  const awaited = await call('failingAtOnce')
  assert.equal((await rejectionOf(awaited.next())).message, 'at once')
})

onBothLinks(
  'an item, or an end, that can’t be carried, or is too large, is an error that names the method; the generator ends',
  async (wired) => {
    const { call, counts, seen } = await wired(methods, { limit: 10_000 })
    for (const [method, code, message] of [
      ['unsendable', 'NOT_CLONEABLE', /^unsendable\(\): its result can't be carried back: .* could not be cloned/],
      [
        'unsendableEnd',
        'NOT_CLONEABLE',
        /^unsendableEnd\(\): its result can't be carried back: .* could not be cloned/,
      ],
      ['large', 'TOO_LARGE', /^the results of large\(\) take 200\d\d bytes, and a message may have 10000: /],
    ] as const) {
      const items: unknown[] = []
      const error = await rejectionOf(
        (async () => {
          for await (const item of call(method)) items.push(item)
        })(),
      )
      assert.deepEqual([items, error.name, error.code], [[1], 'DaemonicError', code])
      assert.match(error.message, message)
    }
    await until('the end of all', () => counts.now === 0)
    assert.deepEqual(seen.lost, [])
    assert.equal(await call('value'), 7)
  },
)

onBothLinks(
  'what is no stream, read as one, is an error and does not hang; it can be awaited all the same',
  async (wired) => {
    const { call, isHeld } = await wired(methods)
    const called = call('value')
    const error = await rejectionOf(collect(called))
    assert.ok(error instanceof TypeError)
    assert.match(error.message, /no stream/)
    assert.equal(await called, 7)
    const over = call('value')
    await over
    assert.ok((await rejectionOf(collect(over))) instanceof TypeError)
    assert.equal((await rejectionOf(collect(call('nothing')))).code, 'NOT_A_METHOD')
    assert.equal(isHeld(), false)
  },
)

onBothLinks(
  'a stream that was left before there was room for its call is never begun, and does not hang who awaits it',
  async (wired) => {
    const life = { made: 0, ends: 0 }
    let finish = (): void => {}
    const { call, sent, isHeld, counts } = await wired(
      {
        wait: () =>
          new Promise<void>((resolve) => {
            finish = resolve
          }),
        endless: () => endless(life, 1000),
      },
      { window: { calls: 1 } },
    )
    const waiting = call('wait')
    const called = call('endless')
    await until('the first call', () => counts.begun === 1)
    await called[Symbol.asyncIterator]().return?.()
    const stream = await called
    assert.deepEqual(await stream.next(), { done: true, value: undefined })
    await turn()
    finish()
    await waiting
    assert.deepEqual(
      sent.map((message) => [message[0], message[2]]),
      [['call', 'wait']],
    )
    assert.deepEqual([life.made, isHeld()], [0, false])
  },
)

onBothLinks(
  'when the link is lost, who reads gets the items that came, and the error; the generator ends',
  async (wired) => {
    const life = { made: 0, ends: 0 }
    const { call, links, seen } = await wired({ endless: () => endless(life, 10_000) })
    const stream = await call('endless')
    await settled(() => life.made)
    links[0].destroy()
    await until('the end of the generator', () => life.ends === 1)
    let items = 0
    const error = await rejectionOf(
      (async () => {
        for await (const _ of stream) items += 1
      })(),
    )
    assert.equal(error.code, 'LOST')
    assert.ok(items > 20 && items < 30, `${items} items`)
    assert.deepEqual([seen.lost, seen.again], [['endless'], []])
  },
)

onBothLinks('leave() of the caller leaves its streams, and lets its calls finish', async (wired) => {
  const life = { made: 0, ends: 0 }
  let finish = (): void => {}
  const { call, caller, seen, there, isHeld, counts } = await wired({
    endless: () => endless(life, 1000),
    wait: () =>
      new Promise<string>((resolve) => {
        finish = () => resolve('finished')
      }),
  })
  const stream = await call('endless')
  await stream.next()
  const waiting = call('wait')
  await until('the call', () => counts.begun === 2)
  caller.leave()
  assert.deepEqual(await stream.next(), { done: true, value: undefined })
  await until('the end of the generator', () => life.ends === 1)
  assert.equal(isHeld(), true)
  finish()
  assert.equal(await waiting, 'finished')
  assert.equal(isHeld(), false)
  await until('the end of the link', () => there.ended === 1)
  assert.deepEqual(seen.lost, [])
})

test('a caller that takes more than was sent, or an amount that is none, gets no more than the window for it', async (t) => {
  const [ours, theirs] = await socketPair(t)
  const life = { made: 0, ends: 0 }
  answerOn(linkOver(theirs, 1e6, { onBody: () => {}, onEnd: () => {} }), { endless: () => endless(life, 10_000) })
  const raw = rawEnd(ours)
  raw.say(['call', 1, 'endless', [], []])
  const first = await settled(() => life.made)
  raw.socket.pause()
  raw.say(...Array.from({ length: 1000 }, () => ['credit', 1, 1e12]))
  const most = await settled(() => life.made)
  assert.ok(most - first < 300, `${most - first} items of 10,000 bytes were made for who does not read`)
  raw.socket.resume()
  for (const bytes of [Number.NaN, -1, 'many', null, {}, undefined]) {
    const [one, other] = await socketPair(t)
    const answering = answerOn(linkOver(other, 1e6, { onBody: () => {}, onEnd: () => {} }), {
      endless: () => endless(life, 10_000),
    })
    const strange = rawEnd(one)
    strange.say(['call', 1, 'endless', [], []])
    await strange.untilHeard('item')
    strange.say(['credit', 1, bytes])
    if (bytes !== null) await until(`the end of the link, after a credit of ${String(bytes)}`, () => strange.isEnded())
    else strange.socket.destroy()
    await until('the end of the generator', () => answering.counts.now === 0)
  }
})

test('items of a stream that was left are not kept', async (t) => {
  const [ours, theirs] = await socketPair(t)
  const raw = rawEnd(theirs)
  const { call } = callOn(linkOver(ours, 1e6, { onBody: () => {}, onEnd: () => {} }))
  const called = call('endless')
  await raw.untilHeard('call')
  raw.say(['stream', 1], ['item', 1, 'first'], ['item', 1, 'second'])
  for await (const item of called) {
    assert.equal(item, 'first')
    break
  }
  raw.say(['item', 1, 'third'], ['end', 1, 'end'])
  await raw.untilHeard('leave')
  assert.deepEqual(await (await called).next(), { done: true, value: undefined })
  assert.deepEqual(
    raw.heard.map(([kind]) => kind),
    ['call', 'credit', 'leave'],
  )
})
