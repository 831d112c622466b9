// The types of a client are those of its service: that this file compiles is the test. Each line that must not is marked.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Client, RemoteStream } from 'daemonic/client'
import { type Service, serve } from 'daemonic/service'

interface Options {
  width?: number
}

/** A service, never started. */
const formatter = serve(
  { name: 'typed', version: '1.0.0' },
  {
    format: async (code: string, options: Options = {}) => ({ text: code, width: options.width ?? 80 }),
    now: () => new Date(0),
    rest: (...words: string[]) => words.length,
    async *watch(path: string, _options?: { signal?: AbortSignal }): AsyncGenerator<{ path: string }> {
      yield { path }
    },
    later: async (count: number): Promise<AsyncIterable<number>> => one(count),
    progress: async (onProgress: (done: number) => void) => onProgress(1),
    ask: async (question: (text: string) => Promise<boolean>) => question('?'),
    wrong: async (question: (text: string) => boolean) => question('?'),
    noFunction: 7,
  },
)

async function* one(count: number): AsyncGenerator<number> {
  yield count
}

/** Is one type the other, and the other the one? */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only for what is true. */
function holds<_Fact extends true>(): void {}

/** What a program may do with a client; never run. */
export async function uses(client: Client<typeof formatter>): Promise<void> {
  const formatted = await client.format('code', { width: 3 })
  holds<Same<typeof formatted, { text: string; width: number }>>()
  const now = await client.now()
  holds<Same<typeof now, Date>>()
  holds<Same<Awaited<ReturnType<typeof client.rest>>, number>>()
  for await (const change of client.watch('.', { signal: new AbortController().signal })) {
    holds<Same<typeof change, { path: string }>>()
  }
  const stream = await client.later(1)
  holds<Same<typeof stream, RemoteStream<number>>>()
  await client.progress(() => {})
  await client.ask(async () => true)
  await client.ask(() => true)

  // @ts-expect-error an argument of another type
  await client.format(7)
  // @ts-expect-error an argument is missing
  await client.format()
  // @ts-expect-error an option that there is none of
  await client.format('code', { height: 1 })
  // @ts-expect-error a callback that gives a value at once can't be called from another process
  await client.wrong(() => true)
  // @ts-expect-error what is no function is not there
  client.noFunction
  // @ts-expect-error nor what would make it a promise
  client.then
  // @ts-expect-error nor what there is none of
  client.nope
  await using _disposed: AsyncDisposable = client
}

test('a service is a name and a version; its methods are in its type alone', () => {
  const service: Service<unknown> = formatter
  assert.deepEqual(service, { name: 'typed', version: '1.0.0' })
})

test('what can’t be served is refused at once', () => {
  const options = { name: 'typed', version: '1' }
  const cases: [unknown, unknown, string][] = [
    [{ ...options, name: '' }, { a() {} }, 'name'],
    [{ ...options, version: 7 }, { a() {} }, 'version'],
    [{ ...options, idleTimeout: 'soon' }, { a() {} }, 'idleTimeout'],
    [{ ...options, maxMessage: '1B' }, { a() {} }, 'maxMessage'],
    [{ ...options, idempotent: ['b'] }, { a() {} }, 'idempotent[0]'],
    [{ ...options, nonsense: 1 }, { a() {} }, 'nonsense'],
    [options, { a: 1 }, 'methods'],
    [options, {}, 'methods'],
    [options, Object.fromEntries([['then', () => {}]]), 'methods'],
    [options, null, 'methods'],
  ]
  for (const [given, methods, option] of cases) {
    assert.throws(
      () => serve(given as never, methods as never),
      (error: Error & { code?: string; option?: string }) => {
        assert.deepEqual([error.code, error.option], ['INVALID_OPTION', option], error.message)
        return true
      },
    )
  }
})
