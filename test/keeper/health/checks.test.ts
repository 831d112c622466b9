// What a health check sees, and what it says of it: by HTTP, at ports and sockets.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { watchHealth } from '../../../src/keeper/health/watch-health.cts'
import type { HealthCheck, HealthTarget } from '../../../src/options/types.ts'
import { makeHome } from '../../helpers/home.ts'
import { freePort } from '../../helpers/port.ts'
import { kill, until } from '../../helpers/processes.ts'
import { fixture } from '../../helpers/run.ts'
import { end } from '../../helpers/scope.ts'
import { startWatched, watchUntilUnwell } from '../../helpers/watched.ts'

const quick = { interval: 100, timeout: 200, failures: 3, startPeriod: 0 }
const check = (target: HealthTarget, times: Partial<typeof quick> = {}): HealthCheck => ({
  ...target,
  ...quick,
  ...times,
})
const sleeper = { command: ['sleep', '1000'] }

/** A server of this process, and its port. */
async function listen(t: TestContext, server: Server): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket.on('error', () => {})))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return (server.address() as AddressInfo).port
}

/** How each answer is taken; undefined for one that is good. */
const answers: Record<string, [RequestListener, RegExp | undefined]> = {
  'that is good': [(_, response) => response.end('ok'), undefined],
  'that leads elsewhere': [(_, response) => response.writeHead(302, { location: '/else' }).end(), undefined],
  'that is long': [(_, response) => response.end(Buffer.alloc(10 * 1024 ** 2)), undefined],
  'that never ends, and comes fast': [
    (_, response) => {
      const write = (): boolean => response.write(Buffer.alloc(65_536)) && write()
      response.on('drain', write)
      write()
    },
    undefined,
  ],
  'with status 500': [
    (_, response) => response.writeHead(500).end(),
    /^health: GET URL was answered with 500, 3 times in a row$/,
  ],
  'with status 404': [(_, response) => response.writeHead(404).end(), /was answered with 404, 3 times in a row$/],
  'that never comes': [() => {}, /^health: GET URL was not answered within 200 ms, 3 times in a row$/],
  'that drips its head': [
    ({ socket }) => {
      const timer = setInterval(() => socket.write('H'.repeat(1)), 20)
      socket.once('close', () => clearInterval(timer))
    },
    // The parser refuses it, or the time is over first.
    /GET URL was not answered(?: within 200 ms|: HPE_\w+), 3 times in a row$/,
  ],
  'that drips': [
    (_, response) => {
      const timer = setInterval(() => response.write('x'), 20)
      response.once('close', () => clearInterval(timer))
    },
    /GET URL was not answered within 200 ms, 3 times in a row$/,
  ],
  'that is cut off': [
    ({ socket }, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('x', () => socket.destroy())
    },
    /GET URL was not answered: ECONNRESET, 3 times in a row$/,
  ],
}

for (const [what, [listener, expected]] of Object.entries(answers)) {
  test(`an answer by HTTP ${what} is ${expected === undefined ? 'good' : 'not good'}`, async (t) => {
    const scope = makeHome(t)
    const port = await listen(t, createHttp(listener))
    const watched = await startWatched(scope, sleeper)
    const url = `http://user:secret@127.0.0.1:${port}/health?token=secret`
    if (expected === undefined) {
      const watch = watchHealth({ health: check({ kind: 'http', url }) }, watched, (why) => assert.fail(why))
      t.after(() => watch.end())
      await until('a good answer', () => watch.facts.check?.isWell)
      assert.deepEqual([watch.facts.check?.seen, watch.facts.check?.failures], ['ok', 0])
      return
    }
    const { why, ailment, facts } = await watchUntilUnwell({ health: check({ kind: 'http', url }) }, watched)
    assert.match(why.replace(`http://127.0.0.1:${port}/health?…`, 'URL'), expected)
    assert.doesNotMatch(why, /secret/)
    assert.deepEqual([ailment, facts.check?.isWell, facts.check?.failures], ['health', false, 3])
  })
}

test('a daemon whose event loop hangs answers no more, though it accepts connections', async (t) => {
  const scope = makeHome(t)
  const port = await freePort()
  const watched = await startWatched(scope, { module: fixture('well'), args: ['http', String(port)], ready: { port } })
  const url = `http://127.0.0.1:${port}/`
  const watch = watchHealth({ health: check({ kind: 'http', url }, { timeout: 2000 }) }, watched, () => {})
  t.after(() => watch.end())
  await until('a good answer', () => watch.facts.check?.isWell)
  watch.end()
  kill(watched.pid, 'SIGUSR2')
  const { why } = await watchUntilUnwell({ health: check({ kind: 'http', url }) }, watched)
  assert.equal(why, `health: GET ${url} was not answered within 200 ms, 3 times in a row`)
})

test('a port and a socket: what accepts connections is well; the sentence says what was seen', async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, sleeper)
  const server = createServer()
  const port = await listen(t, server)
  const path = scope.path('sock')
  const other = createServer().listen(path)
  await once(other, 'listening')
  for (const target of [
    { kind: 'port', port, host: undefined },
    { kind: 'port', port, host: '127.0.0.1' },
    { kind: 'socket', path },
  ] as const) {
    const watch = watchHealth({ health: check(target) }, watched, (why) => assert.fail(why))
    await until('a connection', () => watch.facts.check?.isWell)
    watch.end()
  }
  server.close()
  other.close()
  const closed = await watchUntilUnwell({ health: check({ kind: 'port', port, host: undefined }) }, watched)
  assert.equal(
    closed.why,
    `health: nothing accepts connections at port ${port} of 127.0.0.1 or ::1 (ECONNREFUSED), 3 times in a row`,
  )
  const gone = await watchUntilUnwell({ health: check({ kind: 'socket', path }, { failures: 1 }) }, watched)
  assert.equal(gone.why, `health: nothing accepts connections at ${path} (ENOENT)`)
})

test('failures count in a row, and not in the start period; the first good check ends that', async (t) => {
  const scope = makeHome(t)
  const statuses: number[] = []
  let asked = 0
  const port = await listen(
    t,
    createHttp((_, response) => {
      asked += 1
      response.writeHead(statuses.shift() ?? 503).end()
    }),
  )
  const target = { kind: 'http', url: `http://127.0.0.1:${port}/` } as const
  const watched = await startWatched(scope, sleeper)
  // Six that fail in the start period; one that is good ends it; two, one that is good, three.
  statuses.push(500, 500, 500, 500, 500, 500, 200, 500, 500, 200, 500, 501, 502)
  const { why } = await watchUntilUnwell({ health: check(target, { startPeriod: 3_600_000 }) }, watched)
  assert.equal(asked, 13)
  assert.equal(why, `health: GET ${target.url} was answered with 502; that was the last of 3 failures in a row`)
  // It is counted from when the daemon was started, whoever watches it since when.
  const began = performance.now()
  await watchUntilUnwell({ health: check(target, { startPeriod: 3000, failures: 1 }) }, watched)
  assert.ok(performance.now() - began < 2900)
})

test('it is told once, and nothing is told of a process that is gone, or after the end', async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, sleeper)
  let reports = 0
  const port = await freePort()
  const health = check({ kind: 'port', port, host: undefined }, { failures: 1 })
  const plan = { health, maxAge: 1, watchdog: 100 }
  watchHealth(plan, watched, () => {
    reports += 1
  })
  await until('a report', () => reports > 0)
  const ended = watchHealth(plan, watched, () => assert.fail('told after the end'))
  ended.end()
  await end(watched.pid)
  const gone = watchHealth(plan, watched, (why) => assert.fail(why))
  t.after(() => gone.end())
  await until('three checks', () => (gone.facts.check?.failures ?? 0) === 1)
  assert.equal(reports, 1)
})
