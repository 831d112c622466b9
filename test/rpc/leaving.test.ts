// When the other end leaves, or is lost: what was not begun is made again elsewhere, what was begun is lost; nothing is done twice.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { linkOver } from '../../src/rpc/link.cts'
import { callOn, onBothLinks, rawEnd, rejectionOf, socketPair, type Wired } from '../helpers/links.ts'
import { until } from '../helpers/processes.ts'

/** Methods that note how often they were begun, and wait for a word when they are told to. */
function service(): { methods: Record<string, unknown>; begun: unknown[][]; finish(): void } {
  const begun: unknown[][] = []
  let finish = (): void => {}
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  return {
    begun,
    finish: () => finish(),
    methods: {
      wait: async (...args: unknown[]) => {
        begun.push(args)
        await finished
        return args
      },
      note: (...args: unknown[]) => {
        begun.push(args)
        return args
      },
      tell: async (callback: () => Promise<void>) => {
        begun.push([])
        await callback()
        await finished
      },
      async *stream(items: number) {
        begun.push([items])
        for (let index = 1; index <= items; index += 1) yield index
        await finished
        return 'end'
      },
    },
  }
}

/** Has calls be made again at another end. */
const at = (other: Wired) => (method: string, args: readonly unknown[]) => other.call(method, ...args)

onBothLinks(
  'leaving: calls in progress are finished, those that were not begun are made again elsewhere',
  async (wired) => {
    const [first, second] = [service(), service()]
    const other = await wired(second.methods)
    const { call, answerer, counts, seen, there, isHeld } = await wired(first.methods, {
      again: at(other),
      window: { calls: 2 },
    })
    const begun = [call('wait', 1), call('wait', 2)]
    const queued = [call('note', 3), call('note', 4)]
    await until('the calls', () => counts.begun === 2)
    answerer.leave()
    answerer.leave()
    assert.deepEqual(await Promise.all(queued), [[3], [4]])
    const late = call('note', 5)
    assert.deepEqual(await late, [5])
    assert.deepEqual([seen.leaving, there.ended, isHeld()], [1, 0, true])
    first.finish()
    assert.deepEqual(await Promise.all(begun), [[1], [2]])
    assert.equal(isHeld(), false)
    await until('the end of the link', () => there.ended === 1)
    assert.deepEqual(
      [first.begun, second.begun],
      [
        [[1], [2]],
        [[3], [4], [5]],
      ],
    )
    assert.deepEqual(seen.again, Array(3).fill({ method: 'note', wasBegun: false }))
    assert.deepEqual([seen.lost, seen.leaving], [[], 1])
  },
)

onBothLinks(
  'calls that cross the leaving are refused, not begun, and made again: results, errors, streams, callbacks',
  async (wired) => {
    const [first, second] = [service(), service()]
    const other = await wired(second.methods)
    const { call, answerer, seen, there, isHeld } = await wired(first.methods, { again: at(other) })
    await call('note')
    second.finish()
    answerer.leave()
    let told = 0
    const crossing = [
      call('note', 1),
      rejectionOf(call('nothing')).then(({ code }) => code),
      call('stream', 2).then(async (stream) => [await stream.next(), await stream.next(), await stream.next()]),
      (async () => {
        const items: number[] = []
        for await (const item of call('stream', 3)) items.push(item)
        return items
      })(),
      call('tell', () => {
        told += 1
      }),
    ]
    assert.deepEqual(await Promise.all(crossing), [
      [1],
      'NOT_A_METHOD',
      [
        { done: false, value: 1 },
        { done: false, value: 2 },
        { done: true, value: 'end' },
      ],
      [1, 2, 3],
      undefined,
    ])
    assert.equal(told, 1)
    assert.equal(first.begun.length, 1)
    assert.deepEqual([seen.again.length, seen.again.some(({ wasBegun }) => wasBegun), seen.lost], [5, false, []])
    assert.equal(isHeld(), false)
    await until('the end of the link', () => there.ended === 1)
  },
)

onBothLinks(
  'a refused call that can’t be made elsewhere is lost, and one whose other try fails is told so',
  async (wired) => {
    const { methods } = service()
    const one = await wired(methods)
    one.answerer.leave()
    assert.equal((await rejectionOf(one.call('note'))).code, 'LOST')
    const failure = new Error('no other end')
    const two = await wired(methods, { again: () => Promise.reject(failure) })
    two.answerer.leave()
    assert.equal(await rejectionOf(two.call('note')), failure)
    assert.equal(await rejectionOf(two.call('stream')[Symbol.asyncIterator]().next()), failure)
  },
)

onBothLinks(
  'a lost link: begun calls are lost, or made once more when they can be; others are made elsewhere',
  async (wired) => {
    const [first, second] = [service(), service()]
    const other = await wired(second.methods)
    second.finish()
    const { call, links, counts, seen, there, isHeld } = await wired(first.methods, {
      window: { calls: 2 },
      again: (method, args, wasBegun) =>
        wasBegun && args[0] !== 'idempotent' ? undefined : other.call(method, ...args),
    })
    const lost = rejectionOf(call('wait', 'once'))
    const repeated = call('wait', 'idempotent')
    const queued = [call('wait', 'queued'), call('note', 'queued')]
    await until('the calls', () => counts.begun === 2)
    links[1].destroy()
    assert.equal((await lost).code, 'LOST')
    assert.deepEqual(await repeated, ['idempotent'])
    assert.deepEqual(await Promise.all(queued), [['queued'], ['queued']])
    assert.deepEqual(second.begun.sort(), [['idempotent'], ['queued'], ['queued']])
    assert.deepEqual([seen.lost, seen.leaving, isHeld()], [['wait'], 1, false])
    assert.deepEqual(seen.again.map(({ wasBegun }) => wasBegun).sort(), [false, false, true, true])
    await until('the end at the other end', () => there.ended === 1)
    // From now on, all is made elsewhere.
    assert.deepEqual(await call('note', 'later'), ['later'])
  },
)

onBothLinks('a begun call that has shown anything, an item or a callback, is never made again', async (wired) => {
  const first = service()
  const again: string[] = []
  const { call, links, seen } = await wired(first.methods, {
    again: (method) => {
      again.push(method)
      return Promise.resolve('again')
    },
  })
  const stream = await call('stream', 1)
  assert.deepEqual(await stream.next(), { done: false, value: 1 })
  let told = 0
  const telling = rejectionOf(
    call('tell', () => {
      told += 1
    }),
  )
  await until('the callback', () => told === 1)
  links[1].destroy()
  assert.equal((await rejectionOf(stream.next())).code, 'LOST')
  assert.equal((await telling).code, 'LOST')
  assert.deepEqual([again, told, seen.lost.sort()], [[], 1, ['stream', 'tell']])
})

onBothLinks(
  'a stream that has shown no item is made again as a whole, and who reads it notices nothing',
  async (wired) => {
    const [first, second] = [service(), service()]
    const other = await wired(second.methods)
    second.finish()
    const { call, links, counts } = await wired(first.methods, { again: at(other) })
    const awaited = await call('stream', 0)
    const called = call('stream', 0)
    const reading = called[Symbol.asyncIterator]().next()
    const next = awaited.next()
    await until('the calls', () => counts.begun === 2)
    links[1].destroy()
    assert.deepEqual([await next, await reading], Array(2).fill({ done: true, value: 'end' }))
    assert.deepEqual(await (await called).next(), { done: true, value: undefined })
    assert.deepEqual(second.begun, [[0], [0]])
  },
)

onBothLinks('a stream that is made again can be left, before and after it has begun anew', async (wired) => {
  const [first, second] = [service(), service()]
  const other = await wired(second.methods)
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const { call, links, counts, seen } = await wired(first.methods, {
    again: async (method, args) => {
      await opened
      return other.call(method, ...args)
    },
  })
  const [early, late] = [await call('stream', 0), await call('stream', 0)]
  await until('the calls', () => counts.begun === 2)
  links[1].destroy()
  await until('the loss', () => seen.leaving === 1)
  await early.return()
  assert.deepEqual(await early.next(), { done: true, value: undefined })
  open()
  await until('both again', () => other.counts.begun === 2)
  await late.return()
  second.finish()
  await until('the end of both', () => other.counts.now === 0)
  assert.equal(other.isHeld(), false)
})

onBothLinks('what was given up is not made again: an aborted call, a stream that was left', async (wired) => {
  const again: string[] = []
  const { methods, begun } = service()
  const { call, answerer, seen, there } = await wired(methods, {
    again: (method) => {
      again.push(method)
      return Promise.resolve()
    },
  })
  answerer.leave()
  const controller = new AbortController()
  const failed = rejectionOf(call('note', controller.signal))
  const stream = call('stream', 1)[Symbol.asyncIterator]()
  controller.abort('given up')
  await stream.return?.()
  assert.equal(await failed, 'given up')
  await until('the end of the link', () => there.ended === 1)
  assert.deepEqual([again, begun, seen.lost], [[], [], []])
})

onBothLinks('an abort in the other try ends the call, too', async (wired) => {
  const second = service()
  const other = await wired({
    ...second.methods,
    hang: (signal: AbortSignal) =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  })
  const { call, answerer } = await wired({}, { again: at(other) })
  answerer.leave()
  const controller = new AbortController()
  const failed = rejectionOf(call('hang', controller.signal))
  await until('the other try', () => other.counts.begun === 1)
  controller.abort('enough')
  assert.equal(await failed, 'enough')
  await until('its end', () => other.counts.now === 0)
})

onBothLinks('end() of the answerer aborts what is in progress, with the reason, and ends the link', async (wired) => {
  const reasons: unknown[] = []
  const { call, answerer, there, counts } = await wired({
    hang: (signal: AbortSignal) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason)
          reject(signal.reason)
        }),
      ),
  })
  const failed = rejectionOf(call('hang', new AbortController().signal))
  await until('the call', () => counts.begun === 1)
  answerer.end('too long')
  assert.equal((await failed).code, 'LOST')
  assert.deepEqual(reasons, ['too long'])
  await until('the end', () => there.ended === 1 && counts.now === 0)
})

onBothLinks('leave() of an idle caller ends the link; calls after it are made elsewhere, or lost', async (wired) => {
  const { methods } = service()
  const { call, caller, there, isHeld } = await wired(methods)
  caller.leave()
  caller.leave()
  await until('the end of the link', () => there.ended === 1)
  assert.equal((await rejectionOf(call('note'))).code, 'LOST')
  assert.equal(isHeld(), false)
})

onBothLinks('after leave(), queued calls are finished; when the link is lost, none is left hanging', async (wired) => {
  for (const isLost of [false, true]) {
    const { methods, finish } = service()
    const { call, caller, links, counts, there, isHeld } = await wired(methods, { window: { calls: 1 } })
    const calls = Array.from({ length: 5 }, (_, index) => call('wait', index).catch(({ code }) => code))
    await until('the first call', () => counts.begun === 1)
    caller.leave()
    if (isLost) links[1].destroy()
    else finish()
    assert.deepEqual(await Promise.all(calls), isLost ? Array(5).fill('LOST') : [[0], [1], [2], [3], [4]])
    await until('the end of the link', () => there.ended === 1)
    assert.equal(isHeld(), false)
  }
})

test('the link is ended when the last call is over, and not before: also when that was given up', async (t) => {
  const [ours, theirs] = await socketPair(t)
  const raw = rawEnd(theirs)
  const { call, seen } = callOn(linkOver(ours, 1e6, { onBody: () => {}, onEnd: () => {} }))
  const controller = new AbortController()
  const failed = rejectionOf(call('wait', controller.signal))
  await raw.untilHeard('call')
  raw.say(['leaving'], ['leaving'])
  await until('the leaving', () => seen.leaving === 1)
  await turn()
  assert.equal(raw.isEnded(), false)
  controller.abort('given up')
  assert.equal(await failed, 'given up')
  await until('the end', () => raw.isEnded())
  assert.deepEqual(
    raw.heard.map(([kind]) => kind),
    ['call', 'abort'],
  )
  assert.equal(seen.leaving, 1)
})
