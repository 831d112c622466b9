// How it is looked whether a daemon is well, on the command line.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeHome } from './home.ts'

const times = [
  '--health-interval',
  '1h',
  '--health-timeout',
  '2s',
  '--health-failures',
  '4',
  '--health-start-period',
  '1m',
]
const more = { interval: '1h', timeout: '2s', failures: 4, startPeriod: '1m' }

test('each check, its times, and the limits become the options of the library', async (t) => {
  const home = makeHome(t)
  const url = 'http://127.0.0.1:8080/health'
  const checks: [string, object][] = [
    [`http:${url}`, { http: url }],
    [url, { http: url }],
    ['https://127.0.0.1/', { http: 'https://127.0.0.1/' }],
    ['port:8080', { port: 8080 }],
    ['port:[::1]:8080', { port: 8080, host: '::1' }],
    ['socket:sock', { socket: `${home.folder}/sock` }],
    ['command:test -e "a b"; true', { command: ['/bin/sh', '-c', 'test -e "a b"; true'] }],
  ]
  for (const [index, [word, expected]] of checks.entries()) {
    const limits = ['--watchdog', '1h', '--max-memory', '512MB', '--max-age', '90d']
    const words = ['--health', word, ...times, ...limits, 'sleep', '600']
    const { stderr, code } = await home.daemonic('start', '--name', `d${index}`, ...words)
    assert.deepEqual([stderr, code], ['', 0])
    const { options, kept } = JSON.parse(home.read(`home/d${index}/record.json`))
    const { health, watchdog, maxMemory, maxAge } = options
    assert.deepEqual([health, watchdog, maxMemory, maxAge], [{ ...expected, ...more }, '1h', '512MB', '90d'])
    assert.deepEqual([kept.health.interval, kept.watchdog, kept.maxMemory], [3_600_000, 3_600_000, 512 * 1024 ** 2])
  }
})

/** What is wrong, and what is said of it. */
const wrong: [string[], RegExp][] = [
  [['--health', 'foo'], /Expected --health to be http:URL, .*, got 'foo'/],
  [['--health', 'port:x'], /Expected --health to be port:8080 or port:HOST:8080/],
  [['--health-interval', '5s'], /--health says which/],
  [['--health', 'port:80', '--health-interval', '5'], /--health-interval needs a unit: '5s'/],
  [['--health', 'port:80', '--health-failures', 'x'], /Expected --health-failures to be a whole number/],
  [['--health', 'port:80', '--health-start-period', '-1s'], /--health-start-period/],
  [['--health', 'http:ftp://x'], /Expected --health to be a URL that begins with/],
  [['--watchdog', '1ms'], /Expected --watchdog to be no less than 100 ms/],
  [['--max-memory', '5XB'], /Expected --max-memory to be bytes above 0/],
  [['--max-age', '24'], /--max-age needs a unit/],
]

for (const [options, expected] of wrong) {
  test(`${options.join(' ')} is a mistake that is told in the words of the command line`, async (t) => {
    const { stderr, code } = await makeHome(t).daemonic('start', '--name', 'd', ...options, 'sleep', '600')
    assert.match(stderr, expected)
    assert.equal(code, 2)
  })
}
