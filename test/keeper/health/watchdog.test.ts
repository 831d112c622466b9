// A daemon that does not say that it is alive is found, however it came to that; one that does is left alone.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { test } from 'node:test'
import { watchHealth } from '../../../src/keeper/health/watch-health.cts'
import { now } from '../../../src/system/clock.cts'
import { makeHome } from '../../helpers/home.ts'
import { skipUnlessRoot, skipUnlessShell } from '../../helpers/needs.ts'
import { kill, until } from '../../helpers/processes.ts'
import { fixture, projectFile, run } from '../../helpers/run.ts'
import { end } from '../../helpers/scope.ts'
import { startWatched, watchUntilUnwell } from '../../helpers/watched.ts'

const interval = 1000
const plan = { watchdog: interval }
const module = fixture('well')
const daemonic = `"${process.execPath}" "${projectFile('dist/cli/main.entry.cjs')}"`

/** What each kind of daemon is, how it becomes silent, and what is said of it. */
const kinds = {
  'a module whose event loop hangs': [{ module, args: ['hang'] }, 'SIGUSR2', 'its event loop hangs'],
  'a module that is stopped': [{ module, args: ['hang'] }, 'SIGSTOP', 'it is stopped by a signal, or by a debugger'],
  'a module that says it no more, whose event loop turns': [
    { module, args: ['say'] },
    'SIGUSR2',
    'it does not call alive()',
  ],
  'a command that touches the file no more': [
    { command: ['sh', '-c', 'trap "exec sleep 1000" USR2; while touch "$DAEMONIC_ALIVE_FILE"; do sleep 0.1; done'] },
    'SIGUSR2',
    'it does not touch the file in DAEMONIC_ALIVE_FILE',
  ],
  'a command that writes to the file, and is stopped': [
    { command: ['sh', '-c', 'while echo >"$DAEMONIC_ALIVE_FILE"; do sleep 0.1; done'] },
    'SIGSTOP',
    'it is stopped by a signal, or by a debugger',
  ],
} as const

for (const [what, [program, signal, reason]] of Object.entries(kinds)) {
  test(`${what}: found in time, and left alone until then`, async (t) => {
    const scope = makeHome(t)
    const watched = await startWatched(scope, { ...program, watchdog: interval })
    const watch = watchHealth(plan, watched, (why) => assert.fail(why))
    const over = performance.now() + 3 * interval
    await until('three intervals', () => performance.now() > over)
    watch.end()
    // Just after a look: the next one finds it silent for nearly an interval, the one after that is too late.
    await until('the moment', () => now() % interval > 50 && now() % interval < 150)
    const trouble = watchUntilUnwell(plan, watched)
    kill(watched.pid, signal)
    const { why, ailment, after } = await trouble
    assert.equal(why, `watchdog: it did not say that it is alive for 1 s (${reason})`)
    assert.equal(ailment, 'watchdog')
    assert.ok(after >= interval - 50 && after < interval * ('command' in program ? 2.3 : 1.6), `after ${after} ms`)
  })
}

test('a command under a name that a module had does not inherit what that said last', async (t) => {
  const scope = makeHome(t)
  const first = await startWatched(scope, { module, args: ['hang'], watchdog: 300 })
  await end(first.pid)
  const script = 'while touch "$DAEMONIC_ALIVE_FILE"; do sleep 0.05; done'
  const second = await startWatched(scope, { command: ['sh', '-c', script], watchdog: 300 })
  const watch = watchHealth({ watchdog: 300 }, second, (why) => assert.fail(why))
  const over = performance.now() + 1500
  await until('five intervals', () => performance.now() > over)
  watch.end()
})

test('a daemon that hung before it was watched has one interval more', async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, { module, args: ['hang'], watchdog: interval })
  kill(watched.pid, 'SIGSTOP')
  const since = performance.now() + 2 * interval
  await until('two intervals', () => performance.now() > since)
  const { after } = await watchUntilUnwell(plan, watched)
  assert.ok(after >= interval - 50, `after ${after} ms`)
})

test('who was frozen together with the daemon gives it time to say that it is alive', async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, { module, args: ['hang'], watchdog: interval })
  const watcher = fork(fixture('watcher.entry'), ['clock'], { env: scope.env })
  const told: { why?: string; year?: number }[] = []
  watcher.on('message', (message) => told.push(message as (typeof told)[number]))
  watcher.send({ plan, all: [watched] })
  await until('its first word', () => told.length > 0)
  for (const pid of [watched.pid, watcher.pid as number]) kill(pid, 'SIGSTOP')
  const frozen = performance.now() + 3 * interval
  await until('three intervals', () => performance.now() > frozen)
  const before = told.length
  // The worst order.
  kill(watcher.pid as number, 'SIGCONT')
  await until('its next word', () => told.length > before)
  kill(watched.pid, 'SIGCONT')
  const over = performance.now() + 2 * interval
  await until('two intervals', () => performance.now() > over)
  assert.deepEqual(
    told.flatMap(({ why }) => why ?? []),
    [],
  )
})

test('what a daemon starts by name has not its file', async (t) => {
  const scope = makeHome(t)
  const start = `${daemonic} start --name e -- sh -c 'echo "file: $DAEMONIC_ALIVE_FILE"; exec sleep 1000'`
  const script = `echo "file: $DAEMONIC_ALIVE_FILE"; ${start}; exec sleep 1000`
  const { folder } = await startWatched(scope, { command: ['sh', '-c', script], watchdog: '1h' })
  const file = (name: string): string | undefined => /^file: .*$/m.exec(scope.read(`home/${name}/out.log`))?.[0]
  assert.equal(await until('its file', () => file('d')), `file: ${folder}/alive`)
  assert.equal(await until('the other', () => existsSync(scope.path('home/e/out.log')) && file('e')), 'file: ')
})

test('a module that gave up root still says it; its file is not the user’s', { skip: skipUnlessRoot }, async (t) => {
  const scope = makeHome(t)
  const options = { module, args: ['hang'], user: 'nobody', workingDir: '/', watchdog: 300 }
  const watched = await startWatched(scope, options)
  const watch = watchHealth({ watchdog: 300 }, watched, (why) => assert.fail(why))
  const over = performance.now() + 1500
  await until('five intervals', () => performance.now() > over)
  watch.end()
})

test('a daemon without a watchdog may call alive(), which does nothing', async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, { module, args: ['say'] })
  const over = performance.now() + 200
  await until('some calls', () => performance.now() > over)
  process.kill(watched.pid, 0)
})

test('a module says it on a full disk, and a restart there goes on with it', {
  skip: skipUnlessRoot || skipUnlessShell('unshare -m true', 'nothing can be mounted here'),
}, async (t) => {
  const scope = makeHome(t)
  mkdirSync(scope.path('home'))
  const changes = 'last=$(cat d/alive); while [ "$(cat d/alive)" = "$last" ]; do sleep 0.05; done; cat d/pid d/alive'
  const script = `mount -t tmpfs -o mode=0700,size=1m tmpfs "$DAEMONIC_HOME" && cd "$DAEMONIC_HOME" || exit 1
${daemonic} start --name d --watchdog 500ms ${module} hang >&2
cat /dev/zero >fill 2>/dev/null; : >>fill; ${changes}; ${changes}
${daemonic} restart d >&2; ${changes}; ${daemonic} stop d >&2`
  const { stdout, stderr, code } = await run(scope, ['unshare', '-m', '/bin/sh', '-c', script])
  const [first, , second, , third] = stdout.split('\n')
  assert.equal(code, 0, stderr)
  assert.equal(stdout.match(/^alive loop \d+\.\d{9} *$/gm)?.length, 3, stdout)
  assert.equal(first, second, 'it was not restarted')
  assert.notEqual(second, third)
})
