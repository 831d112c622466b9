// A signal among the arguments ends the call: here at once, and there as soon as it is heard of.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { linkOver } from '../../src/rpc/link.cts'
import { callOn, onBothLinks, rawEnd, rejectionOf, socketPair } from '../helpers/links.ts'
import { until } from '../helpers/processes.ts'

/** Methods that wait for their signals, and what they saw. */
function waiting(): { methods: Record<string, unknown>; begun: AbortSignal[]; reasons: unknown[] } {
  const begun: AbortSignal[] = []
  const reasons: unknown[] = []
  const wait = (...signals: AbortSignal[]): Promise<void> => {
    begun.push(...signals)
    return new Promise((_, reject) => {
      for (const signal of signals) {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason)
          reject(signal.reason)
        })
      }
    })
  }
  const methods = {
    wait,
    deep: ({ list: [{ signal }] }: { list: [{ signal: AbortSignal }] }) => wait(signal),
    twice: (signal: AbortSignal, { signal: other }: { signal: AbortSignal }) => {
      assert.equal(signal, other)
      return wait(signal)
    },
    ignore: async (signal: AbortSignal) => {
      begun.push(signal)
      return 'result'
    },
  }
  return { methods, begun, reasons }
}

onBothLinks('with a signal that is aborted already, nothing is sent', async (wired) => {
  const { methods, begun } = waiting()
  const { call, sent, isHeld } = await wired(methods)
  const reason = new Error('before')
  assert.equal(await rejectionOf(call('wait', AbortSignal.abort(reason))), reason)
  assert.equal(await rejectionOf(call('wait', new AbortController().signal, AbortSignal.abort(reason))), reason)
  assert.equal(await rejectionOf(call('wait', AbortSignal.abort(reason))[Symbol.asyncIterator]().next()), reason)
  assert.equal(isHeld(), false)
  await turn()
  assert.deepEqual([sent, begun], [[], []])
})

onBothLinks(
  'an abort rejects at once, with the very reason, and aborts the signal at the other end with the same',
  async (wired) => {
    const reasons: unknown[] = [
      Object.assign(new RangeError('mine'), { code: 'E_MINE' }),
      'a text',
      { why: [1] },
      undefined,
      null,
      Symbol('sign'),
    ]
    for (const method of ['wait', 'deep', 'twice']) {
      for (const reason of reasons) {
        const seen = waiting()
        const { call, isHeld, counts } = await wired(seen.methods)
        const controller = new AbortController()
        const { signal } = controller
        const args = { wait: [signal], deep: [{ list: [{ signal }] }], twice: [signal, { signal }] }[
          method
        ] as unknown[]
        const order: string[] = []
        const failed = rejectionOf(call(method, ...args)).then((error) => {
          order.push('rejected')
          return error
        })
        await until('the call', () => seen.begun.length === 1)
        assert.equal(seen.begun[0]?.aborted, false)
        assert.equal(isHeld(), true)
        controller.abort(reason)
        assert.equal(isHeld(), false, 'nobody waits any more')
        await Promise.resolve()
        await Promise.resolve()
        assert.deepEqual([order, seen.reasons.length], [['rejected'], 0], 'before the other end knows')
        const error = await failed
        assert.equal(error, signal.reason)
        const told = await until('the abort at the other end', () => (seen.reasons.length === 1 ? seen.reasons : false))
        if (typeof reason === 'symbol') assert.deepEqual(told, ['Symbol(sign)'])
        else assert.deepEqual(told, [signal.reason])
        if (reason instanceof Error) assert.equal((told[0] as { code?: string }).code, 'E_MINE')
        if (reason === undefined) assert.ok(told[0] instanceof DOMException)
        await until('the end of the call there', () => counts.now === 0)
        assert.equal(signal.aborted, true)
      }
    }
  },
)

onBothLinks('a time limit (AbortSignal.timeout, AbortSignal.any) ends a call, with its TimeoutError', async (wired) => {
  const seen = waiting()
  const { call } = await wired(seen.methods)
  const limit = AbortSignal.any([AbortSignal.timeout(20), new AbortController().signal])
  const error = await rejectionOf(call('wait', limit))
  assert.equal(error, limit.reason)
  const [reason] = await until('the abort at the other end', () => seen.reasons.length === 1 && seen.reasons)
  assert.ok(reason instanceof DOMException)
  assert.equal(reason.name, 'TimeoutError')
})

onBothLinks('the first of two signals ends the call; the other is not aborted', async (wired) => {
  const seen = waiting()
  const { call } = await wired(seen.methods)
  const [one, other] = [new AbortController(), new AbortController()]
  const failed = rejectionOf(call('wait', one.signal, other.signal))
  await until('the call', () => seen.begun.length === 2)
  other.abort('the second one')
  one.abort('too late')
  assert.equal(await failed, 'the second one')
  await until('the abort at the other end', () => seen.reasons.length === 1)
  assert.deepEqual(
    seen.begun.map(({ aborted }) => aborted),
    [false, true],
  )
})

onBothLinks('an abort before there was room for the call: it is never sent, and the next one is', async (wired) => {
  const seen = waiting()
  const { call, sent } = await wired(seen.methods, { window: { calls: 1 } })
  const [first, second] = [new AbortController(), new AbortController()]
  const failures = [rejectionOf(call('wait', first.signal)), rejectionOf(call('wait', second.signal))]
  const third = call('ignore', new AbortController().signal)
  await until('the first call', () => seen.begun.length === 1)
  second.abort('second')
  assert.equal(await failures[1], 'second')
  first.abort('first')
  assert.equal(await failures[0], 'first')
  assert.equal(await third, 'result')
  assert.deepEqual(
    sent.map(([kind, id]) => [kind, id]),
    [
      ['call', 1],
      ['abort', 1],
      ['call', 3],
    ],
  )
})

onBothLinks(
  'an abort after the call is over does nothing, and the signal is not listened to any more',
  async (wired) => {
    const seen = waiting()
    const { call, sent } = await wired(seen.methods)
    const controller = new AbortController()
    const listened = { now: 0, most: 0 }
    const { signal } = controller
    const { addEventListener, removeEventListener } = signal
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listened.now += 1
      listened.most = Math.max(listened.most, listened.now)
      addEventListener.apply(signal, args)
    }
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listened.now -= 1
      removeEventListener.apply(signal, args)
    }
    assert.equal(await call('ignore', signal), 'result')
    assert.deepEqual(
      await Promise.all(Array.from({ length: 5 }, () => call('ignore', signal))),
      Array(5).fill('result'),
    )
    assert.deepEqual(listened, { now: 0, most: 1 })
    controller.abort()
    await turn()
    assert.equal(
      sent.some(([kind]) => kind === 'abort'),
      false,
    )
  },
)

onBothLinks('one signal may end any number of calls: Node warns of no leak', async (wired, t) => {
  const warnings: Error[] = []
  const listener = (warning: Error): void => void warnings.push(warning)
  process.on('warning', listener)
  t.after(() => process.off('warning', listener))
  const seen = waiting()
  const { call, counts } = await wired(seen.methods)
  const controller = new AbortController()
  const failures = Array.from({ length: 50 }, () => rejectionOf(call('wait', controller.signal)))
  await until('the calls', () => seen.begun.length === 50)
  controller.abort('all')
  assert.deepEqual(await Promise.all(failures), Array(50).fill('all'))
  await until('the end of all calls there', () => counts.now === 0)
  assert.equal(seen.reasons.length, 50)
  await turn()
  assert.deepEqual(warnings, [])
})

onBothLinks('a call that was aborted has its room until the other end is done with it', async (wired) => {
  let finish = (): void => {}
  const { call, counts } = await wired(
    {
      stubborn: (_: AbortSignal) =>
        new Promise<void>((resolve) => {
          finish = resolve
        }),
      add: (a: number, b: number) => a + b,
    },
    { window: { calls: 1 } },
  )
  const controller = new AbortController()
  const failed = rejectionOf(call('stubborn', controller.signal))
  await until('the call', () => counts.now === 1)
  const sum = call('add', 1, 2)
  controller.abort('enough')
  assert.equal(await failed, 'enough')
  for (let turns = 0; turns < 5; turns += 1) await turn()
  assert.equal(counts.begun, 1)
  finish()
  assert.equal(await sum, 3)
})

onBothLinks('the signals of a call are aborted when the link is lost', async (wired) => {
  const seen = waiting()
  const { call, links } = await wired(seen.methods)
  const error = rejectionOf(call('wait', new AbortController().signal))
  await until('the call', () => seen.begun.length === 1)
  links[0].destroy()
  await until('the abort', () => seen.reasons.length === 1)
  assert.equal((seen.reasons[0] as Error).message, 'the caller is gone')
  assert.equal((await error).code, 'LOST')
})

test('a result that crosses the abort changes nothing: the call is rejected already', async (t) => {
  const [ours, theirs] = await socketPair(t)
  const raw = rawEnd(theirs)
  const { call } = callOn(linkOver(ours, 1e6, { onBody: () => {}, onEnd: () => {} }))
  const controller = new AbortController()
  for (const [id, answers] of [
    [['result', 1, 'late']],
    [
      ['stream', 2],
      ['item', 2, 'late'],
      ['end', 2, undefined],
    ],
    [['error', 3, { kind: 'value', value: 'late' }]],
    [
      ['callback', 4, 1, 1, []],
      ['refused', 4],
    ],
  ].entries()) {
    const own = id === 0 ? controller : new AbortController()
    let calls = 0
    const failed = rejectionOf(
      call('wait', own.signal, () => {
        calls += 1
      }),
    )
    await until('the call', () => raw.heard.filter(([kind]) => kind === 'call').length === id + 1)
    own.abort(`reason ${id}`)
    raw.say(...answers)
    assert.equal(await failed, `reason ${id}`)
    assert.ok(calls <= 1)
  }
  const sum = call('add')
  await until('the call', () => raw.heard.some((message) => message[2] === 'add'))
  raw.say(['result', 5, 3])
  assert.equal(await sum, 3)
})
