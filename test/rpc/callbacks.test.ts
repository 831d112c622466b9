// Functions among the arguments are called from the other end: with what they are given, and with what they give back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { linkOver } from '../../src/rpc/link.cts'
import { callOn, onBothLinks, rawEnd, rejectionOf, socketPair } from '../helpers/links.ts'
import { until } from '../helpers/processes.ts'

type Callback = (...args: unknown[]) => Promise<unknown>

onBothLinks('a callback gets its arguments, cloned, and gives its result, cloned', async (wired) => {
  const argument = { list: [1, new Map([[1, new Date(0)]])], bytes: Buffer.from('b') }
  const result = new Set([1n])
  const seen: unknown[] = []
  const { call } = await wired({
    run: async (callback: Callback) => {
      const given = callback(argument, undefined)
      assert.ok(given instanceof Promise)
      const value = await given
      assert.notEqual(value, result)
      return value
    },
  })
  const value = await call('run', (...args: unknown[]) => {
    seen.push(...args)
    return result
  })
  assert.deepEqual(value, result)
  assert.deepEqual(seen, [argument, undefined])
  assert.notEqual(seen[0], argument)
})

onBothLinks(
  'callbacks stand wherever plain objects and arrays lead, and one that stands twice is one',
  async (wired) => {
    const { call } = await wired({
      run: async (first: Callback, { deep }: { deep: [{ second: Callback }, Callback] }, ...rest: Callback[]) => {
        assert.equal(deep[1], first)
        assert.notEqual(deep[0].second, first)
        return [await first(1), await deep[0].second(2), await deep[1](3), await rest[1]?.(4), rest[0]]
      },
    })
    const one = (value: number): string => `one ${value}`
    const two = (value: number): string => `two ${value}`
    const arrived = await call('run', one, { deep: [{ second: two }, one] }, null, async (value: number) => value * 2)
    assert.deepEqual(arrived, ['one 1', 'two 2', 'one 3', 8, null])
  },
)

onBothLinks('callbacks come in the order of their calls, before the result', async (wired) => {
  const seen: unknown[] = []
  const { call } = await wired({
    run: (callback: Callback) => {
      for (let index = 0; index < 1000; index += 1) callback(index)
      return 'result'
    },
  })
  await call('run', (index: number) => void seen.push(index)).then((result) => seen.push(result))
  assert.deepEqual(seen, [...Array(1000).keys(), 'result'])
})

onBothLinks('many callbacks of many calls are answered each by its own', async (wired) => {
  const { call } = await wired({
    run: async (callback: Callback, name: string) =>
      Promise.all(Array.from({ length: 20 }, (_, index) => callback(name, index))),
  })
  const results = await Promise.all(
    Array.from({ length: 20 }, (_, number) =>
      call(
        'run',
        async (name: string, index: number) => {
          // The later ones are answered first.
          for (let turns = 20 - index; turns > 0; turns -= 1) await turn()
          return `${number} ${name} ${index}`
        },
        `n${number}`,
      ),
    ),
  )
  for (const [number, result] of results.entries())
    assert.deepEqual(
      result,
      Array.from({ length: 20 }, (_, index) => `${number} n${number} ${index}`),
    )
})

onBothLinks('a callback that throws, at once or later, rejects in the service', async (wired) => {
  const { call } = await wired({ run: async (callback: Callback) => callback() })
  const thrown = Object.assign(new RangeError('too far'), { code: 'E_FAR' })
  for (const callback of [
    () => {
      throw thrown
    },
    async () => {
      await turn()
      throw thrown
    },
  ]) {
    const error = await rejectionOf(call('run', callback))
    assert.ok(error instanceof RangeError)
    assert.deepEqual([error.message, (error as { code?: string }).code], ['too far', 'E_FAR'])
  }
})

onBothLinks('a callback may call the service, and be called while a stream is read', async (wired) => {
  const { call } = await wired({
    double: (value: number) => value * 2,
    run: async (callback: Callback) => callback(21),
    async *stream(callback: Callback) {
      yield await callback(1)
      yield await callback(2)
    },
  })
  const doubled = (value: number): Promise<number> => call('double', value)
  assert.equal(await call('run', doubled), 42)
  const items: number[] = []
  for await (const item of call('stream', doubled)) items.push(item)
  assert.deepEqual(items, [2, 4])
})

onBothLinks('a callback of a call that is over rejects, waiting or called later, and is not called', async (wired) => {
  const kept: Callback[] = []
  const waiting: Promise<unknown>[] = []
  let calls = 0
  const { call } = await wired({
    keep: async (callback: Callback) => {
      kept.push(callback)
      waiting.push(rejectionOf(callback('while it runs')))
    },
    fail: async (callback: Callback) => {
      kept.push(callback)
      throw new Error('over')
    },
    async *stream(callback: Callback) {
      kept.push(callback)
      yield 1
    },
  })
  const never = (): Promise<void> => {
    calls += 1
    return new Promise(() => {})
  }
  await call('keep', never)
  await rejectionOf(call('fail', never))
  for await (const _ of call('stream', never));
  assert.equal(calls, 1)
  const errors = await Promise.all([...waiting, ...kept.map((callback) => rejectionOf(callback()))])
  assert.equal(errors.length, 4)
  for (const { message, code } of errors as { message: string; code: string }[])
    assert.deepEqual([message, code], ['this callback belongs to a call that is over', 'CALL_OVER'])
  await turn()
  assert.equal(calls, 1)
})

onBothLinks(
  'a callback that nobody waits for is no unhandled rejection: it throws, can’t be sent, or its link is lost',
  async (wired, t) => {
    const unhandled: unknown[] = []
    const listener = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', listener)
    t.after(() => process.off('unhandledRejection', listener))
    const kept: Callback[] = []
    const { call, caller, links, there } = await wired({
      run: (callback: Callback) => {
        callback('throws')
        callback(() => 'can’t be sent')
      },
      hang: async (callback: Callback) => {
        kept.push(callback)
        callback('lost')
        await new Promise(() => {})
      },
    })
    await call('run', () => {
      throw new Error('unheard')
    })
    const ended = call('hang', () => new Promise(() => {})).catch(() => {})
    await until('the callback', () => kept.length === 1)
    links[1].destroy()
    await ended
    await until('the end at the other end', () => there.ended === 1)
    kept[0]?.('after the end')
    await turn()
    await turn()
    assert.deepEqual(unhandled, [])
    caller.leave()
  },
)

onBothLinks(
  'what a callback is called with, or gives, and can’t be carried is an error that names the method',
  async (wired) => {
    const { call, seen } = await wired(
      {
        ask: async (callback: Callback, value: unknown) =>
          callback(value === 'function' ? () => {} : value === 'large' ? 'x'.repeat(20_000) : value),
        add: (a: number, b: number) => a + b,
      },
      { limit: 10_000 },
    )
    const cases: [unknown, unknown, string, RegExp][] = [
      [
        'function',
        1,
        'NOT_CLONEABLE',
        /^the arguments for a callback of ask\(\) can't be carried back: .*could not be cloned/,
      ],
      [
        'large',
        1,
        'TOO_LARGE',
        /^the arguments for a callback of ask\(\) take \d+ bytes, and a message may have 10000: /,
      ],
      [
        1,
        Symbol('s'),
        'NOT_CLONEABLE',
        /^the results of a callback of ask\(\) can't be carried back: Symbol\(s\) could not/,
      ],
      [1, 'x'.repeat(20_000), 'TOO_LARGE', /^the results of a callback of ask\(\) take \d+ bytes, and a message may/],
      [
        1,
        Object.assign(new Error(), { thrown: 'x'.repeat(20_000) }),
        'TOO_LARGE',
        /^the results of a callback of ask\(\) take/,
      ],
    ]
    for (const [value, result, code, message] of cases) {
      const error = await rejectionOf(
        call(
          'ask',
          () => {
            if (result instanceof Error) throw result
            return result
          },
          value,
        ),
      )
      assert.deepEqual([error.name, error.code], ['DaemonicError', code])
      assert.match(error.message, message)
    }
    assert.equal(await call('add', 1, 2), 3)
    assert.deepEqual(seen.lost, [])
  },
)

test('a service that calls a callback that is none is answered so, and the call goes on', async (t) => {
  const [ours, theirs] = await socketPair(t)
  const raw = rawEnd(theirs)
  const { call } = callOn(linkOver(ours, 1e6, { onBody: () => {}, onEnd: () => {} }))
  let calls = 0
  const count = (): void => {
    calls += 1
  }
  const result = call('run', count, new AbortController().signal)
  await raw.untilHeard('call')
  for (const [index, reference] of [1, 2, -1, 'constructor', '__proto__', null].entries())
    raw.say(['callback', 1, reference, index, []])
  raw.say(['callback', 1, 0, 100, 'no list'], ['callback', 1, 0, 101, 5], ['callback', 1, 0, 102, []])
  await until('all answers', () => raw.heard.length === 10)
  const kinds = raw.heard.slice(1).map(([kind]) => kind)
  assert.deepEqual(kinds.slice(0, 6), Array(6).fill('threw'))
  assert.deepEqual([...kinds.slice(6)].sort(), ['returned', 'returned', 'threw'])
  assert.equal(calls, 2)
  raw.say(['result', 1, 'end'])
  assert.equal(await result, 'end')
})
