// A caller keeps to the window: no more calls, and no more bytes of them, are at the other end at once.
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { onBothLinks, rejectionOf } from '../helpers/links.ts'
import { until } from '../helpers/processes.ts'

onBothLinks(
  '5,000 calls through a window of 10: never more than 10 at once, all answered in the order in which they came',
  async (wired) => {
    const begun: number[] = []
    const { call, counts, isHeld } = await wired(
      {
        square: async (value: number) => {
          begun.push(value)
          for (let turns = value % 3; turns > 0; turns -= 1) await turn()
          return value * value
        },
      },
      { window: { calls: 10 } },
    )
    const all = Array.from({ length: 5000 }, (_, index) => index)
    const results = await Promise.all(all.map((value) => call('square', value)))
    assert.deepEqual(
      results,
      all.map((value) => value * value),
    )
    assert.deepEqual(begun, all)
    assert.equal(counts.most, 10)
    assert.equal(isHeld(), false)
    assert.equal(counts.now, 0)
  },
)

onBothLinks('through a window of one, calls are answered one by one', async (wired) => {
  const { call, counts } = await wired(
    {
      wait: async (value: number) => {
        await turn()
        return value
      },
    },
    { window: { calls: 1 } },
  )
  const order: number[] = []
  await Promise.all([...Array(50).keys()].map((value) => call('wait', value).then((result) => order.push(result))))
  assert.deepEqual(order, [...Array(50).keys()])
  assert.equal(counts.most, 1)
})

onBothLinks('calls of many bytes wait for room; one that is larger than all the room goes alone', async (wired) => {
  let now = 0
  let most = 0
  let crowd = 0
  const { call, counts } = await wired(
    {
      length: async (text: string) => {
        now += text.length
        most = Math.max(most, now)
        if (text.length > 100_000) crowd = Math.max(crowd, counts.now)
        for (let turns = 0; turns < 3; turns += 1) await turn()
        now -= text.length
        return text.length
      },
    },
    { window: { bytes: 100_000 } },
  )
  const lengths = Array.from({ length: 200 }, (_, index) => (index % 50 === 7 ? 150_000 : (index * 7919) % 40_000))
  assert.deepEqual(await Promise.all(lengths.map((length) => call('length', 'x'.repeat(length)))), lengths)
  assert.deepEqual([most <= 150_000, crowd], [true, 1])
  assert.ok(counts.most > 2, 'several small ones are there at once')
})

onBothLinks('calls that fail, are aborted, or left make room like those that are answered', async (wired) => {
  const { call, counts, isHeld } = await wired(
    {
      fail: async () => {
        throw new Error('failed')
      },
      wait: (signal: AbortSignal) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
      async *endless() {
        for (;;) yield Buffer.alloc(50_000)
      },
    },
    { window: { calls: 2 } },
  )
  const done: Promise<unknown>[] = []
  for (let index = 0; index < 30; index += 1) {
    const controller = new AbortController()
    done.push(rejectionOf(call('fail')), rejectionOf(call('wait', controller.signal)))
    done.push(
      (async () => {
        for await (const _ of call('endless')) break
      })(),
    )
    setTimeout(() => controller.abort('enough'), index)
    await turn()
  }
  await Promise.all(done)
  await until('the end of all calls there', () => counts.now === 0)
  assert.ok(counts.most <= 2, `${counts.most} at once`)
  assert.equal(isHeld(), false)
})

onBothLinks('a long call does not hold up short ones, as long as there is room', async (wired) => {
  let finish = (): void => {}
  const { call } = await wired(
    {
      wait: () =>
        new Promise<void>((resolve) => {
          finish = resolve
        }),
      add: (a: number, b: number) => a + b,
    },
    { window: { calls: 2 } },
  )
  const waiting = call('wait')
  for (let index = 0; index < 100; index += 1) assert.equal(await call('add', index, 1), index + 1)
  finish()
  await waiting
})
