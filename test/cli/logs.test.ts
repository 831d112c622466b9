import assert from 'node:assert/strict'
import { test } from 'node:test'
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
