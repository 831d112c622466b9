// What the options of health are read as, and what is refused, by the path of the option.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { InvalidOptionError, startDaemon } from 'daemonic'
import { completeOptions } from '../../src/options/complete.ts'
import { readGiven } from '../../src/options/read-given.ts'
import { makeHome } from '../helpers/home.ts'
import { skipUnlessRoot } from '../helpers/needs.ts'

const read = (options: object): ReturnType<typeof completeOptions> => completeOptions(readGiven(options))
const defaults = { interval: 10_000, timeout: 5000, failures: 3, startPeriod: 30_000 }

test('each check, with its defaults, and with all that can be given', () => {
  const url = 'http://127.0.0.1:8080/health'
  const checks: [object, object][] = [
    [{ http: url }, { kind: 'http', url, ...defaults }],
    [{ http: new URL(url) }, { kind: 'http', url, ...defaults }],
    [{ port: 80 }, { kind: 'port', port: 80, host: undefined, ...defaults }],
    [
      { port: 80, host: '::1' },
      { kind: 'port', port: 80, host: '::1', ...defaults },
    ],
    [{ socket: 'a/sock' }, { kind: 'socket', path: '/srv/a/sock', ...defaults }],
    [{ command: ['check', '', '-v'] }, { kind: 'command', words: ['check', '', '-v'], ...defaults }],
    [
      { port: 80, interval: '1m', timeout: 250, failures: 1, startPeriod: 0 },
      { kind: 'port', port: 80, host: undefined, interval: 60_000, timeout: 250, failures: 1, startPeriod: 0 },
    ],
  ]
  for (const [health, expected] of checks) {
    const { socket, ...rest } = health as { socket?: string }
    const given = socket === undefined ? rest : { socket: `/srv/${socket}` }
    assert.deepEqual(read({ health: given }).health, expected)
  }
  assert.deepEqual((read({ health: { socket: 'sock' }, workingDir: '/' }).health as { path?: string }).path, '/sock')
})

test('they imply that it is kept; without them nobody looks', () => {
  const { health, watchdog, maxMemory, maxAge, keep } = read({})
  assert.deepEqual([health, watchdog, maxMemory, maxAge, keep], [undefined, undefined, undefined, undefined, false])
  for (const option of [{ health: { port: 80 } }, { watchdog: '10s' }, { maxMemory: '512MB' }, { maxAge: '90d' }]) {
    assert.equal(read(option).keep, true)
    assert.throws(() => read({ ...option, keep: false }), { option: 'keep' })
  }
  const {
    watchdog: silence,
    maxMemory: most,
    maxAge: oldest,
  } = read({ watchdog: '10s', maxMemory: '512MB', maxAge: '90d' })
  assert.deepEqual([silence, most, oldest], [10_000, 512 * 1024 ** 2, 90 * 86_400_000])
})

/** What is refused: the option that the error names, and what it is given. */
const refused: [string, object][] = [
  ['health', { health: 'http://127.0.0.1/' }],
  ['health', { health: null }],
  ['health', { health: [] }],
  ['health', { health: {} }],
  ['health', { health: { interval: '1s' } }],
  ['health', { health: { port: 80, http: 'http://a/' } }],
  ['health.http', { health: { http: 'ftp://a/' } }],
  ['health.port', { health: { port: 0 } }],
  ['health.host', { health: { port: 80, host: '' } }],
  ['health.host', { health: { socket: '/a', host: 'b' } }],
  ['health.socket', { health: { socket: '' } }],
  ['health.command', { health: { command: 'true' } }],
  ['health.command', { health: { command: [] } }],
  ['health.command', { health: { command: [''] } }],
  ['health.command[1]', { health: { command: ['a', 1] } }],
  ['health.interval', { health: { port: 80, interval: 99 } }],
  ['health.interval', { health: { port: 80, interval: '30d' } }],
  ['health.timeout', { health: { port: 80, timeout: 0 } }],
  ['health.failures', { health: { port: 80, failures: 0 } }],
  ['health.failures', { health: { port: 80, failures: '3' } }],
  ['health.startPeriod', { health: { port: 80, startPeriod: -1 } }],
  ['health.every', { health: { port: 80, every: '1s' } }],
  ['watchdog', { watchdog: 0 }],
  ['watchdog', { watchdog: '50ms' }],
  ['watchdog', { watchdog: true }],
  ['maxMemory', { maxMemory: 0 }],
  ['maxMemory', { maxMemory: '5 apples' }],
  ['maxMemory', { maxMemory: 0.5 }],
  ['maxAge', { maxAge: '0s' }],
  ['maxAge', { maxAge: Number.POSITIVE_INFINITY }],
]

for (const [option, given] of refused) {
  test(`${option} is named when it is refused: ${JSON.stringify(given)}`, () => {
    assert.throws(
      () => read(given),
      (error) => {
        assert.ok(error instanceof Error)
        assert.equal((error as InvalidOptionError).option, option)
        assert.ok(error.message.includes(option), error.message)
        return true
      },
    )
  })
}

test('a check that is no program is refused before anything is started', async (t) => {
  const scope = makeHome(t)
  const health = { command: [scope.path('none')] }
  await assert.rejects(startDaemon({ name: 'd', command: ['sleep', '1000'], health }), (error) => {
    assert.ok(error instanceof InvalidOptionError)
    assert.deepEqual([error.option, error.value], ['health.command', health.command])
    assert.match(error.message, /health\.command: .*none: there is no such program \(ENOENT\)/)
    return true
  })
  assert.deepEqual(
    scope.processes().filter((pid) => pid !== process.pid),
    [],
  )
})

test('a watchdog is not for a command of another user', { skip: skipUnlessRoot }, async (t) => {
  makeHome(t)
  await assert.rejects(startDaemon({ name: 'd', command: ['sleep', '1000'], user: 'nobody', watchdog: '10s' }), {
    code: 'INVALID_OPTION',
    option: 'watchdog',
    message: /can't touch its file/,
  })
})
