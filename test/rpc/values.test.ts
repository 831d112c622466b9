// What structured clone carries comes over as it makes it, as an argument and as a result.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeBody, encodeFrame } from '../../src/rpc/values.cts'
import { onBothLinks } from '../helpers/links.ts'

class Point {
  x = 1
  get y(): number {
    return 2
  }
}

/** One of each kind. */
const values: Record<string, unknown> = {
  undefined: undefined,
  null: null,
  'a boolean': true,
  'a number': 0.1,
  'minus zero': -0,
  NaN,
  infinity: -Infinity,
  'a bigint': -(2n ** 200n),
  'an empty string': '',
  'a string beyond Latin-1': 'zażółć 🐘 \ud800 \0',
  'a string of a megabyte': 'ä'.repeat(1_000_000),
  'a boxed number': Object(1),
  'a boxed string': Object('text'),
  'a boxed bigint': Object(1n),
  'a date': new Date(1e12),
  'a regular expression': /^a\/b$/giu,
  'an object': { a: 1, b: { c: [undefined, null] } },
  'an object without a prototype': Object.assign(Object.create(null), { a: 1 }),
  'an instance of a class': new Point(),
  'names of an object that are names of its prototype': JSON.parse('{"__proto__": 1, "constructor": 2, "toString": 3}'),
  'an array': [1, 'a', [true]],
  // biome-ignore lint/suspicious/noSparseArray: the hole is what is carried.
  'an array with holes': [1, , 3],
  'a list with properties': 'abc'.match(/b/),
  'a map': new Map<unknown, unknown>([[{ key: 1 }, new Map([['a', new Set([1])]])]]),
  'a set': new Set<unknown>([1, 'a', { b: 2 }]),
  'an array buffer': new Uint8Array([1, 2, 3]).buffer,
  'a view of data': new DataView(new Uint8Array([0, 1, 2, 3]).buffer, 1, 2),
  ...Object.fromEntries(
    [Int8Array, Uint8Array, Uint8ClampedArray, Int16Array, Uint16Array, Int32Array, Uint32Array].map((Kind) => [
      `a ${Kind.name}`,
      new Kind([1, 2, 3]),
    ]),
  ),
  'a Float32Array': new Float32Array([0.5, Number.NaN]),
  'a Float64Array': new Float64Array([0.1, -0]),
  'a BigInt64Array': new BigInt64Array([-1n]),
  'a BigUint64Array': new BigUint64Array([2n ** 64n - 1n]),
  'an empty typed array': new Float64Array(),
  'an error in a map': new Map([['a', new RangeError('out')]]),
}

onBothLinks('each kind of value is what structured clone makes of it, as argument and as result', async (wired) => {
  let received: unknown
  const { call } = await wired({
    keep: (value: unknown) => {
      received = value
    },
    give: () => received,
    give2: async () => ({ deep: [received] }),
  })
  for (const [what, value] of Object.entries(values)) {
    const expected = structuredClone(value)
    assert.equal(await call('keep', value), undefined)
    assert.deepEqual(received, expected, `${what}, as an argument`)
    assert.notEqual(typeof value === 'object' && value !== null && received === value, true, `${what} is a clone`)
    received = value
    assert.deepEqual(await call('give'), expected, `${what}, as a result`)
    assert.deepEqual(await call('give2'), { deep: [expected] }, `${what}, in a result`)
    await call('keep', { deep: [value] })
    assert.deepEqual(received, { deep: [expected] }, `${what}, in an argument`)
  }
})

onBothLinks('any value is what structured clone makes of it, there and back', async (wired) => {
  let received: unknown[] = []
  const { call } = await wired({
    echo: (...args: unknown[]) => {
      received = args
      return args
    },
  })
  const anything = fc.anything({
    // Dates are below: of two that are invalid, Node 20's deepEqual() says that they differ.
    ...{ withBigInt: true, withBoxedValues: true, withDate: false, withMap: true, withSet: true },
    ...{ withNullPrototype: true, withObjectString: true, withSparseArray: true, withTypedArray: true },
    ...{ withUnicodeString: true, maxDepth: 4 },
  })
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { maxLength: 4 }), async (args) => {
      const expected = structuredClone(args)
      const result = await call('echo', ...args)
      assert.deepEqual(received, expected)
      assert.deepEqual(result, expected)
    }),
    { numRuns: 400 },
  )
})

onBothLinks('any date comes over, also an invalid one', async (wired) => {
  const { call } = await wired({ echo: (date: Date) => date })
  await fc.assert(
    fc.asyncProperty(fc.date({ noInvalidDate: false }), async (date) => {
      const result = (await call('echo', date)) as Date
      assert.ok(result instanceof Date)
      assert.ok(Object.is(result.getTime(), date.getTime()))
    }),
    { numRuns: 50, examples: [[new Date(Number.NaN)], [new Date(-1)]] },
  )
})

/** A description of things that lead to each other: what each is, and where it leads. */
const graphs = fc.array(
  fc.record({
    kind: fc.constantFrom('object', 'array', 'map', 'set', 'callback', 'signal', 'error'),
    to: fc.array(fc.nat(), { maxLength: 4 }),
  }),
  { minLength: 1, maxLength: 12 },
)
type Graph = { kind: string; to: number[] }[]

/** Builds it. Only what is looked into for callbacks and the like leads to them. */
function build(graph: Graph): object {
  const nodes = graph.map(({ kind }): object => {
    if (kind === 'object') return {}
    if (kind === 'array') return []
    if (kind === 'map') return new Map()
    if (kind === 'set') return new Set()
    if (kind === 'callback') return () => {}
    return kind === 'signal' ? new AbortController().signal : new TypeError('inside')
  })
  const isPlain = (index: number) => ['object', 'array'].includes((graph[index] as Graph[number]).kind)
  const isOpaque = (index: number) => !['map', 'set'].includes((graph[index] as Graph[number]).kind)
  for (const [index, { kind, to }] of graph.entries()) {
    // A map leads to maps and sets alone: what leads to callbacks in the end can't be in one.
    const ways = to.map((one) => one % graph.length).filter((one) => isPlain(index) || !isOpaque(one))
    for (const [place, way] of ways.entries()) {
      const node = nodes[index] as object
      if (kind === 'object' || kind === 'array') (node as Record<string, unknown>)[place] = nodes[way]
      if (kind === 'map') (node as Map<unknown, unknown>).set(place, nodes[way])
      if (kind === 'set') (node as Set<unknown>).add(nodes[way])
    }
  }
  return nodes[0] as object
}

/** Asserts that two things are of the same kinds, and lead to the same things by the same ways. */
function assertSameShape(one: unknown, other: unknown, seen: Map<unknown, unknown>, back: Map<unknown, unknown>): void {
  if (seen.has(one) || back.has(other)) {
    assert.equal(seen.get(one), other, 'what is one thing is one thing')
    assert.equal(back.get(other), one, 'what is two things is two things')
    return
  }
  if (typeof one !== 'object' && typeof one !== 'function') {
    assert.equal(one, other)
    return
  }
  seen.set(one, other)
  back.set(other, one)
  assert.equal(typeof other, typeof one)
  assert.equal(Object.prototype.toString.call(other), Object.prototype.toString.call(one))
  if (typeof one === 'function' || one instanceof Error || one instanceof AbortSignal || one === null) return
  const [ways, others] = [one, other].map((each) =>
    each instanceof Map || each instanceof Set ? [...each.entries()] : Object.entries(each as object),
  ) as [[unknown, unknown][], [unknown, unknown][]]
  assert.equal(others.length, ways.length)
  for (const [index, [key, inner]] of ways.entries()) {
    if (!(one instanceof Set)) assert.equal(others[index]?.[0], key)
    assertSameShape(inner, others[index]?.[1], seen, back)
  }
}

onBothLinks(
  'what leads to itself, by whatever ways, does so at the other end; callbacks, signals and errors too',
  async (wired) => {
    let received: unknown
    const { call } = await wired({
      keep: (...args: unknown[]) => {
        received = args
      },
    })
    const check = async (args: unknown[]): Promise<void> => {
      await call('keep', ...args)
      assertSameShape(args, received, new Map(), new Map())
    }
    const callback = (): void => {}
    const before: Record<string, unknown> = {}
    Object.assign(before, { self: before, child: { parent: before }, callback })
    await check([before, before, { before, callback }, [callback]])
    await fc.assert(
      fc.asyncProperty(graphs, async (graph) => {
        const root = build(graph)
        await check([root, { root }])
      }),
      { numRuns: 500 },
    )
  },
)

onBothLinks('cycles of a result, and of an item, are cycles', async (wired) => {
  const loop: Record<string, unknown> = { map: new Map(), list: [] }
  loop['self'] = loop
  ;(loop['map'] as Map<unknown, unknown>).set(loop, loop['list'])
  ;(loop['list'] as unknown[]).push(loop)
  const { call } = await wired({
    loop: () => loop,
    async *loops() {
      yield loop
    },
  })
  const results = [await call('loop')]
  for await (const item of call('loops')) results.push(item)
  assert.equal(results.length, 2)
  for (const result of results) {
    assert.equal(result.self, result)
    assert.equal(result.map.get(result), result.list)
    assert.equal(result.list[0], result)
    assert.notEqual(result, loop)
  }
})

onBothLinks('a Buffer stays a Buffer; the buffer of a view shows that view and nothing else', async (wired) => {
  let received: unknown[] = []
  const { call } = await wired({
    keep: (...args: unknown[]) => {
      received = args
    },
    give: () => received,
  })
  const secret = Buffer.alloc(64, 'secret')
  const views = [
    Buffer.from('a small one, of the pool'),
    Buffer.alloc(100_000, 1),
    Buffer.alloc(0),
    secret.subarray(10, 12),
    new Uint16Array(secret.buffer, secret.byteOffset + 8, 3),
    new Float64Array([1, 2, 3]).subarray(1, 2),
    new DataView(secret.buffer, secret.byteOffset + 3, 5),
  ]
  // Together in one chunk with other messages: their bytes must not be in these buffers.
  await Promise.all([call('keep', 'a secret'), call('keep', ...views), call('give')])
  await call('keep', ...views)
  for (const arrived of [received, await call('give')] as NodeJS.ArrayBufferView[][]) {
    assert.deepEqual(arrived, views)
    for (const [index, view] of arrived.entries()) {
      const original = views[index] as NodeJS.ArrayBufferView
      assert.equal(view.constructor, original.constructor)
      assert.equal(Buffer.isBuffer(view), Buffer.isBuffer(original))
      assert.deepEqual([view.byteOffset, view.buffer.byteLength], [0, original.byteLength])
    }
  }
})

onBothLinks(
  'the same view twice is one view; what is changed after the call does not change what was sent',
  async (wired) => {
    let received: unknown[] = []
    const { call } = await wired({
      keep: async (...args: unknown[]) => {
        received = args
      },
    })
    const bytes = new Uint8Array([1])
    const object = { list: [1] }
    const done = call('keep', bytes, { bytes }, object)
    bytes[0] = 2
    object.list.push(2)
    await done
    assert.deepEqual(received, [new Uint8Array([1]), { bytes: new Uint8Array([1]) }, { list: [1] }])
    assert.equal((received[1] as { bytes: unknown }).bytes, received[0])
  },
)

onBothLinks('no argument and trailing undefined are told apart', async (wired) => {
  const { call } = await wired({ count: (...args: unknown[]) => args.length, given: (value = 'default') => value })
  assert.deepEqual([await call('count'), await call('count', undefined), await call('count', 1, undefined)], [0, 1, 2])
  assert.equal(await call('given', undefined), 'default')
})

onBothLinks('a date that is none stays none', async (wired) => {
  const { call } = await wired({ echo: (date: Date) => date })
  const date = await call('echo', new Date(Number.NaN))
  assert.ok(date instanceof Date)
  assert.ok(Number.isNaN(date.getTime()))
})

test('a frame is its length and a body; an object in it is no prototype of another', () => {
  const frame = encodeFrame(['result', 1, JSON.parse('{"__proto__": {"polluted": 1}}')])
  assert.equal(frame.readUInt32LE(), frame.length - 4)
  const value = decodeBody(frame.subarray(4))[2] as Record<string, unknown>
  assert.equal(Object.getPrototypeOf(value), Object.prototype)
  assert.equal(value['polluted'], undefined)
  assert.equal(({} as Record<string, unknown>)['polluted'], undefined)
})
