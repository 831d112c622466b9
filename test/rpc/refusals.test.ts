// What can't be carried is an error that names the method and the argument; what is no method is none, whatever it is called.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linkOver } from '../../src/rpc/link.cts'
import { answerOn, onBothLinks, rawEnd, rejectionOf, socketPair } from '../helpers/links.ts'
import { until } from '../helpers/processes.ts'

const service = {
  add: (a: number, b: number) => a + b,
  take: (..._: unknown[]) => 'taken',
  give: (what: string) => results[what],
  notAFunction: 7,
}

/** Results that can't be carried. */
const results: Record<string, unknown> = {
  function: () => {},
  symbol: Symbol('s'),
  'a method': { run() {} },
  promise: { deep: Promise.resolve() },
  'a function in a map': new Map([['a', () => {}]]),
  generator: (function* () {})(),
}

class Holder {
  callback = (): void => {}
}

/** Arguments that can't be carried: which it is, and where in it. */
const bad: [what: string, args: unknown[], index: number, where: string][] = [
  ['a symbol', [Symbol('s')], 0, ''],
  ['a symbol behind others', [1, { a: 1 }, Symbol('s')], 2, ''],
  ['a function in a map', [new Map([['key', () => {}]])], 0, ''],
  ['a function in a set', [1, new Set([() => {}])], 1, ''],
  ['a function in an instance of a class', [{ holder: new Holder() }], 0, '.holder'],
  ['a symbol far inside', [0, { list: [1, { deep: Symbol('s') }] }], 1, '.list[1].deep'],
  ['a symbol beside a callback', [{ callback: () => {}, sign: Symbol('s') }], 0, '.sign'],
  ['a promise', [Promise.resolve(1)], 0, ''],
  ['a weak map', [new WeakMap()], 0, ''],
  ['a proxy', [1, new Proxy({}, {})], 1, ''],
  ['shared memory', [new SharedArrayBuffer(1)], 0, ''],
  ['a generator', [(function* () {})(), {}], 0, ''],
]

onBothLinks(
  'an argument that can’t be carried is told by its method, its number and its place; nothing is sent',
  async (wired) => {
    const { call, sent, isHeld } = await wired(service)
    for (const [what, args, index, where] of bad) {
      const error = await rejectionOf(call('take', ...args))
      assert.deepEqual([error.name, error.code, error.index], ['ArgumentError', 'NOT_CLONEABLE', index], what)
      const place = where === '' ? '' : ` (${where})`
      assert.ok(
        error.message.startsWith(`take(): argument ${index + 1}${place} can't be carried to the service: `),
        error.message,
      )
      assert.match(
        error.message,
        /; callbacks, signals and errors are carried when they are an argument, or in a plain/,
      )
      assert.ok(error.cause instanceof Error, what)
      assert.ok(error.message.includes(error.cause.message), what)
      assert.equal(isHeld(), false, what)
    }
    assert.equal(sent.length, 0)
    assert.equal(await call('add', 1, 2), 3)
  },
)

onBothLinks(
  'a getter that throws, and what is nested too deep, are errors of the call, and come soon',
  async (wired) => {
    const { call, sent } = await wired(service)
    const broken = Object.defineProperty({}, 'broken', {
      enumerable: true,
      get() {
        throw new Error('no')
      },
    })
    assert.equal((await rejectionOf(call('take', broken))).code, 'NOT_CLONEABLE')
    assert.equal((await rejectionOf(call('take', { broken }, () => {}))).code, 'NOT_CLONEABLE')
    let deep: object = {}
    for (let depth = 0; depth < 20_000; depth += 1) deep = { next: deep }
    const error = await rejectionOf(call('take', 1, deep))
    assert.deepEqual([error.code, error.index], ['NOT_CLONEABLE', 1])
    assert.ok(error.message.length < 500, error.message)
    assert.match(error.message, /^take\(\): argument 2 \((?:\.next){20} and deeper\) can't be carried to the service: /)
    assert.equal(sent.length, 0)
  },
)

onBothLinks(
  'arguments and results that are too large are errors of the call; up to the limit they go',
  async (wired) => {
    const { call, sent, seen } = await wired(
      { length: (text: string) => text.length, make: (length: number) => 'x'.repeat(length) },
      { limit: 10_000 },
    )
    for (const [promise, message] of [
      [
        call('length', 'x'.repeat(10_000)),
        /^the arguments of length\(\) take 100\d\d bytes, and a message may have 10000: send it in parts, or raise the service's maxMessage$/,
      ],
      [call('make', 10_000), /^the results of make\(\) take 100\d\d bytes, and a message may have 10000: /],
    ] as const) {
      const error = await rejectionOf(promise)
      assert.deepEqual([error.name, error.code], ['DaemonicError', 'TOO_LARGE'])
      assert.match(error.message, message)
    }
    assert.equal(sent.length, 1)
    assert.equal(await call('length', 'x'.repeat(9900)), 9900)
    assert.equal((await call('make', 9900)).length, 9900)
    assert.deepEqual(seen.lost, [])
  },
)

onBothLinks('a result that can’t be carried is an error that names the method', async (wired) => {
  const { call } = await wired(service)
  for (const what of Object.keys(results)) {
    const error = await rejectionOf(call('give', what))
    assert.deepEqual([error.name, error.code], ['DaemonicError', 'NOT_CLONEABLE'], what)
    assert.match(error.message, /^give\(\): its result can't be carried back: .+/)
    assert.match(error.cause.message, /could not be cloned|Cannot clone/)
  }
})

/** Methods with a class behind them. */
class Service {
  own = (): string => 'own'
  inherited(): string {
    return 'inherited'
  }
}

onBothLinks(
  'only functions that are the object’s own can be called: no inherited ones, whatever they are called',
  async (wired) => {
    for (const methods of [
      service,
      new Service(),
      Object.assign(Object.create({ inherited: () => 1 }), { own: () => 'own' }),
    ]) {
      const { call } = await wired(methods as unknown as Record<string, unknown>)
      for (const name of [
        ...['toString', 'constructor', '__proto__', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'isPrototypeOf'],
        ...['notAFunction', 'inherited', 'nothing', '', 'then', 'Symbol(Symbol.iterator)', 'add.call', '0'],
      ]) {
        const error = await rejectionOf(call(name))
        assert.ok(error instanceof TypeError, name)
        assert.deepEqual([error.name, (error as { code?: string }).code], ['TypeError', 'NOT_A_METHOD'], name)
        assert.equal(error.message, `${name} is no method of this service`)
      }
    }
    const { call } = await wired(new Service() as unknown as Record<string, unknown>)
    assert.equal(await call('own'), 'own')
  },
)

onBothLinks('a method is called on the object of the methods', async (wired) => {
  const { call } = await wired({
    base: 40,
    add(this: { base: number }, value: number) {
      return this.base + value
    },
  })
  assert.equal(await call('add', 2), 42)
})

test('a name that is no text is no method', async (t) => {
  const [ours, theirs] = await socketPair(t)
  answerOn(linkOver(theirs, 1e6, { onBody: () => {}, onEnd: () => {} }), service)
  const raw = rawEnd(ours)
  const names: unknown[] = [1, null, undefined, {}, [], ['add'], { toString: 'add' }, true, 1n, new Map()]
  for (const [id, name] of names.entries()) raw.say(['call', id, name, [1, 2], []])
  await until('all answers', () => raw.heard.length === names.length)
  for (const message of raw.heard) {
    assert.equal(message[0], 'error')
    assert.equal((message[2] as { name: string }).name, 'TypeError')
  }
})
