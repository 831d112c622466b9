import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kill, until } from '../helpers/processes.ts'
import { type Home, makeHome } from './home.ts'

/** Starts a daemon that has written so many lines. */
async function startWriter(home: Home, name: string, ...options: string[]): Promise<void> {
  home.program(
    `${name}.mjs`,
    `for (let n = 1; n <= 12; n += 1) console.log('${name} ' + n); console.error('${name} error'); setInterval(() => {}, 1000)\n`,
  )
  const ran = await home.daemonic('start', ...options, `${name}.mjs`)
  assert.equal(ran.code, 0, ran.stderr)
}

test('logs: the last ten, so many, all, raw and as JSON', async (t) => {
  const home = makeHome(t)
  await startWriter(home, 'one')
  assert.equal((await home.daemonic('logs', 'one')).stdout.trimEnd().split('\n').length, 10)
  assert.equal((await home.daemonic('logs', '-n', '2', 'one')).stdout, 'one 12\none error\n')
  assert.equal((await home.daemonic('logs', '--lines=all', 'one')).stdout, home.read('home/one/out.log'))
  assert.equal((await home.daemonic('logs', '-n', 'all', '--raw', 'one')).stdout, home.read('home/one/out.log'))
  const { stdout } = await home.daemonic('logs', '-n1', '--json', 'one')
  assert.deepEqual(JSON.parse(stdout), { name: 'one', stream: 'stdout and stderr', line: 'one error' })
  assert.equal((await home.daemonic('logs', '-n', 'ten', 'one')).code, 2)
  assert.equal((await home.daemonic('logs', '--since', 'yesterday', 'one')).code, 2)
})

test('several names, and streams in files of their own, have prefixes; coloured on a terminal', async (t) => {
  const home = makeHome(t)
  await startWriter(home, 'one')
  await startWriter(home, 'second', '--stdout', 'second.out', '--stderr', 'second.err')
  const alone = (await home.daemonic('logs', '-n', '1', 'second')).stdout.trimEnd().split('\n').sort()
  assert.deepEqual(alone, ['stderr | second error', 'stdout | second 12'])
  const both = await home.daemonic('logs', '-n', '1', 'one', 'second', 'onn')
  assert.deepEqual(both.stdout.trimEnd().split('\n').sort(), [
    'one           | one error',
    'second stderr | second error',
    'second stdout | second 12',
  ])
  assert.equal(both.code, 5)
  assert.match(both.stderr, /Did you mean 'one'\?/)
  assert.match((await home.terminal('daemonic logs -n 1 one second')).stdout, /\[3\dmone {11}\|/)
})

test('logs -f goes on until its reader leaves', async (t) => {
  const home = makeHome(t)
  home.program('ticks.mjs', "let n = 0; setInterval(() => console.log('tick ' + n++), 50)\n")
  await home.daemonic('start', 'ticks.mjs')
  const { stdout, stderr } = await home.bash('daemonic logs -f -n 0 ticks | head -n 5')
  assert.equal(stdout.trimEnd().split('\n').length, 5)
  assert.equal(stderr, '')
})

test('logs rotate cuts the logs off, running or not; what was cut off is shown as before', async (t) => {
  const home = makeHome(t)
  await startWriter(home, 'one')
  await home.daemonic('start', '--name', 'mute', '--log', '/dev/null', 'sleep', '600')
  const before = (await home.daemonic('logs', '-n', 'all', 'one')).stdout
  const log = home.path('home/one/out.log')
  assert.equal((await home.daemonic('logs', 'rotate', 'one')).stdout, `${log} rotated (85 B)\n`)
  assert.equal(home.read('home/one/out.log'), '')
  assert.equal((await home.daemonic('logs', 'rotate', 'one')).stdout, `${log}: nothing to rotate\n`)
  assert.equal((await home.daemonic('logs', '-n', 'all', 'one')).stdout, before)
  assert.equal((await home.daemonic('logs', '-n', '3', 'one')).stdout, 'one 11\none 12\none error\n')
  assert.equal((await home.daemonic('logs', '--grep', ' [25]$', 'one')).stdout, 'one 2\none 5\n')
  assert.equal((await home.daemonic('logs', '--grep', '(', 'one')).code, 2)
  await home.daemonic('restart', 'one')
  await home.daemonic('stop', 'one')
  const json = await home.json<{ logs: { files: number; bytes: number }[] }>('logs', 'rotate', '--json', 'one')
  assert.deepEqual(
    json.logs.map(({ files, bytes }) => [files, bytes]),
    [[1, 85]],
  )
  assert.equal((await home.daemonic('logs', '-n', 'all', 'one')).stdout, before + before)
  const mute = await home.daemonic('logs', 'rotate', 'mute')
  assert.deepEqual([mute.code, mute.stderr], [11, 'daemonic: mute has no log: its output goes to /dev/null\n'])
  assert.equal((await home.daemonic('logs', 'rotate', '-f', 'one')).code, 2)
})

test('--rotate is read, and what it can not be is told', async (t) => {
  const home = makeHome(t)
  const start = (...words: string[]): ReturnType<Home['daemonic']> =>
    home.daemonic('start', '--name', 'd', ...words, 'sleep', '600')
  for (const [word, why] of [
    ['size=1', /Expected --rotate to be bytes, or a size such as '10MB' \(4 KB at least\), got 1/],
    ['keep=0', /Expected --rotate to be a whole number from 1 to 10,000, got 0/],
    ['every=year', /Expected --rotate to be milliseconds above 0/],
    ['compress=maybe', /Expected --rotate to be true or false, got "maybe"/],
    ['size=1MB,total=1MB', /Expected --rotate to be at least twice 'size', 2097152 bytes/],
    ['sise=1MB', /Expected --rotate to be on, off, or such as size=10MB,keep=5,every=day, got 'sise=1MB'/],
  ] as const) {
    const { code, stderr } = await start('--rotate', word)
    assert.equal(code, 2, word)
    assert.match(stderr, why)
  }
  assert.equal((await start('--rotate', 'size=1MB,keep=3,every=day,compress=no,total=20MB')).code, 0)
  const { options } = JSON.parse(home.read('home/d/record.json'))
  assert.deepEqual(options.rotate, { size: '1MB', keep: 3, every: 'day', compress: false, total: '20MB' })
})

test('the last lines before a crash are in the record, also when they have just been cut off', async (t) => {
  const home = makeHome(t)
  await startWriter(home, 'one', '--restart', 'no')
  await home.daemonic('logs', 'rotate', 'one')
  const { pid } = await home.json<{ pid: number }>('status', '--json', 'one')
  kill(pid)
  const exit = await until('the record of its end', async () => {
    const status = await home.json<{ exit: { output: string } | null }>('status', '--json', 'one')
    return status.exit?.output || undefined
  })
  assert.match(exit, /one 11\none 12\none error$/)
})
