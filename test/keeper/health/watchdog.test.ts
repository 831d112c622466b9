// A daemon that does not say that it is alive is found, however it came to that; one that does is left alone.
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { test } from 'node:test'
import { watchHealth } from '../../../src/keeper/health/watch-health.cts'
import { makeHome } from '../../helpers/home.ts'
import { skipUnlessRoot, skipUnlessShell } from '../../helpers/needs.ts'
import { kill, until } from '../../helpers/processes.ts'
import { fixture, projectFile, run } from '../../helpers/run.ts'
import { startWatched, watchUntilUnwell } from '../../helpers/watched.ts'

const interval = 1000
const plan = { watchdog: interval }
const module = fixture('well')

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
  test(`${what}: found within one and a half intervals, and left alone until then`, async (t) => {
    const scope = makeHome(t)
    const watched = await startWatched(scope, { ...program, watchdog: interval })
    const watch = watchHealth(plan, watched, (why) => assert.fail(why))
    const over = performance.now() + 3 * interval
    await until('three intervals', () => performance.now() > over)
    watch.end()
    const trouble = watchUntilUnwell(plan, watched)
    kill(watched.pid, signal)
    const { why, ailment, after } = await trouble
    assert.equal(why, `watchdog: it did not say that it is alive for 1 s (${reason})`)
    assert.equal(ailment, 'watchdog')
    assert.ok(after >= interval - 50 && after < interval * 2.5, `after ${after} ms`)
  })
}

test('a daemon that hung before it was watched has one interval more', async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, { module, args: ['hang'], watchdog: interval })
  kill(watched.pid, 'SIGSTOP')
  const since = performance.now() + 2 * interval
  await until('two intervals', () => performance.now() > since)
  const { after } = await watchUntilUnwell(plan, watched)
  assert.ok(after >= interval - 50, `after ${after} ms`)
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

const daemonic = `"${process.execPath}" "${projectFile('dist/cli/main.entry.cjs')}"`

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
