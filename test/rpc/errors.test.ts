// What is thrown at one end arrives at the other: class, message, code, causes and stack.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { onBothLinks, rejectionOf } from '../helpers/links.ts'

class UserError extends Error {
  readonly code = 'E_USER'
  readonly details = { line: 1, at: new Date(0), list: new Map([[1, 2n]]) }
}

class ParseError extends SyntaxError {
  override name = 'ParseError'
  position = 7
}

class ValidationError extends TypeError {
  errors = ['a is no number', { field: 'b' }]
}

/** Errors of each kind, and what has to arrive. */
const errors: Record<string, { make: () => Error; of?: ErrorConstructor | typeof DOMException; name: string }> = {
  ...Object.fromEntries(
    [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError].map((Kind) => [
      Kind.name,
      { make: () => new Kind(`of ${Kind.name}`), of: Kind, name: Kind.name },
    ]),
  ),
  'an error without a message': { make: () => new Error(), name: 'Error' },
  'a class of the user': { make: () => new UserError('mine'), name: 'UserError' },
  'a class of the user that extends one of the language': {
    make: () => new ParseError('at 7'),
    of: SyntaxError,
    name: 'ParseError',
  },
  'a name that was set': { make: () => Object.assign(new Error('x'), { name: 'Renamed' }), name: 'Renamed' },
  'an error of the system': { make: () => caught(() => readFileSync('/nowhere/at all')), name: 'Error' },
  'an error of Node': { make: () => caught(() => Buffer.alloc(-1)), of: RangeError, name: 'RangeError' },
  'a DOMException': { make: () => new DOMException('dom', 'NotFoundError'), of: DOMException, name: 'NotFoundError' },
  'what a signal is aborted with': { make: () => AbortSignal.abort().reason, of: DOMException, name: 'AbortError' },
  'an error with a list of errors, which is no AggregateError': {
    make: () => new ValidationError('invalid'),
    of: TypeError,
    name: 'TypeError',
  },
  'an error with an object of errors': {
    make: () => Object.assign(new Error('invalid'), { errors: { a: 'is no number' } }),
    name: 'Error',
  },
}

/** What a function throws. */
function caught(body: () => unknown): Error {
  try {
    body()
  } catch (error) {
    return error as Error
  }
  throw new Error('nothing was thrown')
}

/** The ways by which an error goes from the service to the client, or the other way. */
const ways = ['sync', 'async', 'stream', 'callback', 'argument', 'deep argument'] as const

/** Has an error go by one of them. */
function send(
  call: (method: string, ...args: unknown[]) => Promise<unknown>,
  way: string,
  error: unknown,
): Promise<unknown> {
  if (way !== 'callback' && !way.includes('argument')) return rejectionOf(call(way))
  if (way === 'callback') {
    return call('callback', () => {
      throw error
    })
  }
  return call('argument', way === 'argument' ? error : { deep: [{ error }] })
}

onBothLinks('an error is of its class, with all that it has, by whatever way it goes', async (wired) => {
  let current: unknown
  let received: unknown
  const { call } = await wired({
    sync: () => {
      throw current
    },
    async: async () => {
      await null
      throw current
    },
    async *stream() {
      yield* []
      throw current
    },
    callback: async (callback: () => Promise<void>) => {
      received = await rejectionOf(callback())
    },
    argument: (argument: unknown) => {
      received = argument instanceof Error ? argument : (argument as { deep: [{ error: unknown }] }).deep[0].error
    },
  })
  for (const [what, { make, of = Error, name }] of Object.entries(errors)) {
    for (const way of ways) {
      const error = make()
      current = error
      const sent = await (way === 'stream'
        ? rejectionOf(call(way).then((stream) => stream.next()))
        : send(call, way, error))
      const arrived = (sent ?? received) as Error & Record<string, unknown>
      const where = `${what}, by ${way}`
      assert.ok(arrived instanceof of, where)
      assert.ok(arrived instanceof Error, where)
      assert.notEqual(arrived, error, where)
      assert.equal(arrived instanceof AggregateError, false, where)
      assert.equal(arrived.name, name, where)
      assert.equal(arrived.message, error.message, where)
      assert.equal(arrived.stack, error.stack, where)
      assert.equal(arrived['code'], (error as { code?: unknown }).code, where)
      assert.deepEqual(
        Object.keys(arrived).sort(),
        Object.keys(error)
          .filter((key) => key !== 'name' && !isList(error, key))
          .sort(),
        where,
      )
      for (const key of Object.keys(error))
        assert.deepEqual(arrived[key], (error as unknown as Record<string, unknown>)[key], where)
    }
  }
})

/** Is this a list of errors? They are carried, as an AggregateError has them: not listed. */
function isList(error: Error, key: string): boolean {
  return key === 'errors' && Array.isArray((error as { errors?: unknown }).errors)
}

onBothLinks('a remote stack tells where in the service it was thrown', async (wired) => {
  const { call } = await wired({
    outer: () => innerFunctionOfTheService(),
  })
  function innerFunctionOfTheService(): never {
    throw new Error('from there')
  }
  await assert.rejects(call('outer'), ({ stack }: Error) => {
    assert.match(stack ?? '', /^Error: from there\n {4}at innerFunctionOfTheService .*errors\.test\.js:\d+:\d+\)\n/)
    return true
  })
})

onBothLinks('causes are carried one in another, whatever they are; a circle of them comes to an end', async (wired) => {
  const circle = new Error('circle')
  circle.cause = circle
  const { call } = await wired({
    chain: () => {
      const first = Object.assign(new UserError('first'), { cause: 'a text' })
      throw new Error('third', { cause: new RangeError('second', { cause: first }) })
    },
    circle: () => {
      throw circle
    },
    none: () => {
      throw new Error('null', { cause: null })
    },
  })
  const third = await rejectionOf(call('chain'))
  assert.deepEqual([third.message, third.cause.message, third.cause.cause.message], ['third', 'second', 'first'])
  assert.ok(third.cause instanceof RangeError)
  assert.deepEqual([third.cause.cause.name, third.cause.cause.code], ['UserError', 'E_USER'])
  assert.equal(third.cause.cause.cause, 'a text')
  assert.deepEqual(Object.keys(third), [])
  const { cause } = await rejectionOf(call('circle'))
  assert.equal(cause.cause.message, 'circle')
  const none = await rejectionOf(call('none'))
  assert.ok('cause' in none)
  assert.equal(none.cause, null)
})

onBothLinks('an AggregateError has its errors, each with its class and cause', async (wired) => {
  const { call } = await wired({
    fail: () =>
      Promise.any([
        Promise.reject(new UserError('one')),
        Promise.reject(new AggregateError([new TypeError('in two')], 'two')),
        Promise.reject('three'),
      ]),
  })
  const error = await rejectionOf(call('fail'))
  assert.ok(error instanceof AggregateError)
  assert.deepEqual([error.name, error.message], ['AggregateError', 'All promises were rejected'])
  const [one, two, three] = error.errors
  assert.deepEqual([one.name, one.code, two.message, three], ['UserError', 'E_USER', 'two', 'three'])
  assert.ok(two instanceof AggregateError)
  assert.ok(two.errors[0] instanceof TypeError)
  assert.deepEqual(Object.keys(error), [])
})

onBothLinks('what is thrown and is no error arrives as it is; as a text, when it can’t be cloned', async (wired) => {
  let current: unknown
  const { call } = await wired({
    fail: () => {
      throw current
    },
  })
  for (const value of ['text', 0, null, undefined, 1n, { a: [new Map([[1, 2]])] }, new Uint8Array([1])]) {
    current = value
    assert.deepEqual([await rejectionOf(call('fail'))], [value])
  }
  for (const [value, text] of [
    [Symbol('sign'), 'Symbol(sign)'],
    [() => 'x', "() => 'x'"],
    [{ inner: () => {} }, '[object Object]'],
    [Object.assign(Object.create(null), { inner: () => {} }), 'a value that has no text'],
  ]) {
    current = value
    assert.equal(await rejectionOf(call('fail')), text)
  }
})

onBothLinks('an error that can’t be read, or carried in part, is an error all the same', async (wired) => {
  let current: unknown
  const { call } = await wired({
    fail: () => {
      throw current
    },
    add: (a: number, b: number) => a + b,
  })
  const failing = {
    get() {
      throw new Error('not this one')
    },
    enumerable: true,
  }
  const bad: unknown[] = [
    Object.defineProperty(new Error('a getter'), 'code', failing),
    Object.defineProperty(new Error('a name'), 'name', failing),
    Object.defineProperty(new Error('a message'), 'message', failing),
    Object.assign(new Error(), { message: Object.create(null) }),
    new Proxy(new Error('behind a proxy'), { getPrototypeOf: failing.get, get: failing.get }),
  ]
  for (const error of bad) {
    current = error
    const arrived = await rejectionOf(call('fail'))
    assert.ok(arrived instanceof Error)
    assert.equal(arrived.name, 'Error')
    assert.equal(await call('add', 1, 2), 3, 'and nothing else is broken')
  }
  current = Object.assign(new Error('in part'), {
    code: 'E',
    run: () => {},
    sign: Symbol('s'),
    socket: { on: () => {} },
  })
  const arrived = await rejectionOf(call('fail'))
  assert.deepEqual([arrived.message, arrived.code, Object.keys(arrived)], ['in part', 'E', ['code']])
})

onBothLinks(
  'an error that is larger than a message may be is an error that says so; other calls go on',
  async (wired) => {
    const { call, seen } = await wired(
      {
        fail: () => {
          throw Object.assign(new Error('too much'), { output: 'x'.repeat(20_000) })
        },
        wait: async (ready: () => Promise<void>) => {
          await ready()
          return 'done'
        },
      },
      { limit: 10_000 },
    )
    let go = (): void => {}
    const waiting = call('wait', () => new Promise<void>((resolve) => (go = resolve)))
    await assert.rejects(call('fail'), ({ name, code, message }: Error & { code: string }) => {
      assert.deepEqual([name, code], ['DaemonicError', 'TOO_LARGE'])
      assert.match(message, /^the contents of the error of fail\(\) take \d+ bytes, and a message may have 10000: /)
      return true
    })
    go()
    assert.equal(await waiting, 'done')
    assert.deepEqual(seen.lost, [])
  },
)
