import assert from 'node:assert/strict'
import { chmodSync, mkdirSync } from 'node:fs'
import { test } from 'node:test'
import { skipUnlessRoot, skipWithout } from '../helpers/needs.ts'
import { cli, type Home, makeHome, ticker } from './home.ts'

const stubborn = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000)\n"

/** The exit code of a command, and the code of its error as JSON. */
async function failure(home: Home, ...words: string[]): Promise<[number | null, string, string]> {
  const { code, stdout, stderr } = await home.daemonic(...words, '--json')
  return [code, JSON.parse(stderr).error.code, stdout]
}

test('stop: all that are named, each with a line; the highest exit code counts', async (t) => {
  const home = makeHome(t)
  home.program('hard.mjs', stubborn)
  await home.daemonic('start', '--name', 'soft', 'sleep', '600')
  await home.daemonic('start', '--stop-timeout', '200ms', 'hard.mjs')
  const ran = await home.daemonic('stop', 'soft', 'hard', 'soff')
  assert.equal(ran.code, 9)
  assert.match(ran.stdout, /^soft stopped \(pid \d+, after [^)]+\)$/m)
  assert.match(ran.stdout, /^hard stopped \(pid (\d+), after [^)]+, by force: killed \1\)$/m)
  assert.match(ran.stderr, /^daemonic: There is no daemon 'soff' in .*\. Did you mean 'soft'\?\n$/)
  const again = await home.daemonic('stop', 'soft')
  assert.deepEqual([again.code, again.stdout], [0, 'soft was not running\n'])
})

test('stop --all leaves alone what is not running; of the others it stops all', async (t) => {
  const home = makeHome(t)
  assert.deepEqual((await home.daemonic('stop', '--all')).code, 0)
  await home.daemonic('start', '--name', 'gone', '--', 'sh', '-c', 'exit 3')
  for (const name of ['a', 'b']) await home.daemonic('start', '--name', name, 'sleep', '600')
  const ran = await home.daemonic('stop', '--all')
  assert.deepEqual(ran.stdout.match(/^\w+/gm)?.sort(), ['a', 'b'])
  const states = await home.json<{ state: string }[]>('list', '--json')
  assert.deepEqual(states.map(({ state }) => state).slice(0, 2), ['stopped', 'stopped'])
  assert.notEqual(states[2]?.state, 'running')
  assert.equal((await home.daemonic('stop', '--all', 'a')).code, 2)
})

test('status has the exit codes of LSB, and tells all there is to know', async (t) => {
  const home = makeHome(t)
  home.program('api.mjs', ticker)
  await home.daemonic('start', '--limit', 'core=0', '--env', 'SECRET=hush', 'api.mjs', 'a word')
  const running = await home.daemonic('status', 'api')
  assert.equal(running.code, 0)
  for (const line of [
    /^api is running \(pid \d+\) since /,
    /runs +\S+api\.mjs 'a word'/,
    /folder +\//,
    /log +\S+out\.log \(\d+ B\)/,
    /limits +core=0/,
    /stop +SIGTERM, killed after 10s \(tree\)/,
    /Node +v\d+/,
    /environment +with SECRET/,
  ]) {
    assert.match(running.stdout, line)
  }
  assert.doesNotMatch(running.stdout, /hush/)
  await home.daemonic('stop', 'api')
  assert.equal((await home.daemonic('status', 'api')).code, 3)
  home.program('dies.mjs', 'setTimeout(() => process.exit(3), 50)\n')
  await home.daemonic('start', 'dies.mjs')
  assert.equal((await home.daemonic('wait', 'dies')).code, 3)
  const died = await home.daemonic('status', 'dies')
  assert.equal(died.code, 1)
  assert.match(died.stdout, /^dies died at [\s\S]* last exit +exit code 3\n/)
  assert.deepEqual(await failure(home, 'status', 'nobody'), [4, 'NOT_FOUND', ''])
  const both = await home.daemonic('status', 'api', 'dies', '--json')
  assert.deepEqual(
    [both.code, (JSON.parse(both.stdout) as { name: string }[]).map(({ name }) => name)],
    [3, ['api', 'dies']],
  )
})

test('signal in either order, reload, and to one that is not running', async (t) => {
  const home = makeHome(t)
  home.program(
    'hears.mjs',
    "for (const s of ['SIGHUP', 'SIGUSR1', 'SIGUSR2']) process.on(s, () => console.log(s)); setInterval(() => {}, 1000)\n",
  )
  await home.daemonic('start', 'hears.mjs')
  for (const words of [
    ['signal', 'USR1', 'hears'],
    ['signal', 'hears', 'SIGUSR2'],
    ['reload', 'hears'],
  ]) {
    const ran = await home.daemonic(...words)
    assert.match(ran.stdout, /^hears: sent SIG(?:USR1|USR2|HUP)\n$/)
    const signal = ran.stdout.trim().split(' ').at(-1)
    assert.equal(
      (await home.bash(`for i in {1..200}; do daemonic logs hears | grep ${signal} && break; sleep 0.05; done`)).stdout,
      `${signal}\n`,
    )
  }
  const wrong = await home.daemonic('signal', 'USR3', 'hears')
  assert.deepEqual([wrong.code, /There is no signal 'USR3'. Did you mean 'USR1'\?/.test(wrong.stderr)], [2, true])
  await home.daemonic('stop', 'hears')
  assert.deepEqual(await failure(home, 'signal', 'HUP', 'hears'), [3, 'NOT_RUNNING', ''])
  assert.deepEqual(await failure(home, 'reload', 'hears'), [3, 'NOT_RUNNING', ''])
})

test('wait ends as the daemon does', async (t) => {
  const home = makeHome(t)
  await home.daemonic('start', '--name', 'long', 'sleep', '600')
  const late = await home.daemonic('wait', '--timeout', '100ms', 'long')
  assert.deepEqual([late.code, late.stdout], [7, 'long has not ended within 100ms\n'])
  await home.daemonic('stop', 'long')
  const stopped = await home.daemonic('wait', 'long')
  assert.deepEqual([stopped.code, stopped.stdout], [0, 'long was stopped\n'])
  home.program(
    'five.mjs',
    "import { existsSync } from 'node:fs'; setInterval(() => existsSync('go') && process.exit(5), 20)\n",
  )
  await home.daemonic('start', 'five.mjs')
  await home.daemonic('start', '--name', 'unseen', '--', 'sh', '-c', 'until [ -e go ]; do sleep 0.05; done; exit 3')
  home.program('go', '')
  const ended = await home.daemonic('wait', 'five', '--json')
  assert.deepEqual(
    [ended.code, JSON.parse(ended.stdout)],
    [5, { name: 'five', ended: true, code: 5, signal: null, stopped: false, givenUp: false }],
  )
  assert.equal((await home.daemonic('wait', 'unseen')).code, 4)
})

test('forget removes what is stopped, and refuses what runs', async (t) => {
  const home = makeHome(t)
  await home.daemonic('start', '--name', 'a', 'sleep', '600')
  assert.deepEqual(await failure(home, 'forget', 'a'), [10, 'ALREADY_RUNNING', ''])
  await home.daemonic('stop', 'a')
  assert.equal((await home.daemonic('rm', 'a')).stdout, 'a forgotten\n')
  assert.deepEqual(await failure(home, 'forget', 'a'), [5, 'NOT_FOUND', ''])
})

test('restart: one that was stopped, one that is new with its program, and one that is unknown', async (t) => {
  const home = makeHome(t)
  await home.daemonic('start', '--name', 'a', 'sleep', '600')
  await home.daemonic('stop', 'a')
  assert.match((await home.daemonic('restart', 'a')).stdout, /^a restarted \(pid \d+\)\n$/)
  assert.match((await home.daemonic('restart', 'b', '--', 'sleep', '600')).stdout, /^b started \(pid \d+\)\n$/)
  assert.deepEqual(await failure(home, 'restart', 'nobody'), [5, 'NOT_FOUND', ''])
})

test('an unsafe home is refused: exit code 8', async (t) => {
  const home = makeHome(t)
  mkdirSync(home.path('home'))
  chmodSync(home.path('home'), 0o755)
  assert.deepEqual(await failure(home, 'list'), [8, 'HOME_UNSAFE', ''])
  assert.deepEqual(await failure(home, 'status', 'a'), [8, 'HOME_UNSAFE', ''])
})

test('a user without the right to be another: exit code 8', {
  skip: skipUnlessRoot || skipWithout('setpriv'),
}, async (t) => {
  const home = makeHome(t)
  const script = `setpriv --reuid 65534 --clear-groups '${process.execPath}' '${cli}' start --user root --json sleep 9; echo $?`
  const { stdout } = await home.bash(script, { env: { ...home.env, DAEMONIC_HOME: '/tmp/daemonic-none' } })
  assert.equal(stdout, '8\n')
})

test('--json is JSON also when the command line is wrong', async (t) => {
  const home = makeHome(t)
  for (const words of [
    ['start'],
    ['stop'],
    ['stop', '--nope'],
    ['nope'],
    ['list', 'x'],
    ['logs'],
    ['signal', 'x'],
    ['wait', '--timeout', '5', 'a'],
  ]) {
    const { code, stdout, stderr } = await home.daemonic(...words, '--json')
    assert.deepEqual([code, stdout, JSON.parse(stderr).error.code], [2, '', 'INVALID_OPTION'], words.join(' '))
  }
})
