// A health check that is a command: what it is given, what becomes of it, and that nothing is left.
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { watchHealth } from '../../../src/keeper/health/watch-health.cts'
import type { HealthCheck } from '../../../src/options/types.ts'
import { makeHome } from '../../helpers/home.ts'
import { skipUnlessRoot } from '../../helpers/needs.ts'
import { findMarked, until, untilGone } from '../../helpers/processes.ts'
import { startWatched, watchUntilUnwell } from '../../helpers/watched.ts'

const check = (script: string, times: Partial<HealthCheck> = {}): HealthCheck => ({
  kind: 'command',
  words: ['/bin/sh', '-c', script],
  ...{ interval: 100, timeout: 2000, failures: 1, startPeriod: 0 },
  ...(times as object),
})
const sleeper = { command: ['sleep', '1000'] }

test('it runs in the environment and the folder of the daemon, and bears its mark', async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, { ...sleeper, env: { SECRET: 'a\nb' }, extendEnv: true })
  const script = 'echo "$SECRET $PWD $DAEMONIC_INSTANCE" >seen; exit 3'
  const { why } = await watchUntilUnwell({ health: check(script) }, watched)
  assert.equal(scope.read('seen'), `a\nb ${scope.folder} ${watched.instance}\n`)
  assert.equal(why, `health: '/bin/sh -c ${script}' ended with exit code 3`)
  const given = { ...watched, env: { SECRET: 'other', PATH: '/usr/bin:/bin' } }
  await watchUntilUnwell({ health: check(script) }, given)
  assert.equal(scope.read('seen'), `other ${scope.folder} ${watched.instance}\n`)
})

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** How much memory is held on to. */
function held(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test('the last that it wrote is told, in one line, whatever it was', async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, sleeper)
  const before = held()
  const script = `head -c 200000000 /dev/zero | tr '\\0' x; printf '\\nlast \\033[31mwords\\n' >&2; kill -9 $$`
  const { why } = await watchUntilUnwell({ health: check(script, { timeout: 20_000 }) }, watched)
  assert.match(why, /was ended by SIGKILL; its last output: …x{100,} \| last {2}\[31mwords$/)
  assert.ok(why.length < 600, why)
  // Buffers are given back some time after they are collected.
  await until('nothing to be left of 200 MB', () => held() - before < 5 * 1024 ** 2)
})

test('one that hangs is ended at its timeout, with all that it started', async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, sleeper)
  const before = findMarked(scope.mark).length
  // One without the mark, but in the group; under 'set -m' bash makes a group for each of the others.
  const script = `trap '' TERM; echo hangs; env -i sleep 1000 & echo $! >bare; set -m; sleep 1001 & (sleep 1002; true)`
  const health: HealthCheck = { ...check('', { timeout: 300 }), kind: 'command', words: ['bash', '-c', script] }
  const { why, after } = await watchUntilUnwell({ health }, watched)
  assert.match(why, /did not end within 300 ms; its last output: hangs$/)
  assert.ok(after < 5000)
  await until('the end of the check', () => findMarked(scope.mark).length === before)
  await untilGone(Number(scope.read('bare')))
})

test('what one that was good leaves in the background is ended, too', async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, sleeper)
  const before = findMarked(scope.mark).length
  const watch = watchHealth({ health: check('sleep 1000 & echo $! >background; exit 0') }, watched, (why) =>
    assert.fail(why),
  )
  await until('a good check', () => watch.facts.check?.isWell)
  assert.ok(existsSync(scope.path('background')))
  watch.end()
  await until('the end of the check', () => findMarked(scope.mark).length === before)
})

test('two never overlap, however long they take; the end of the watch ends the one that runs', async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, sleeper)
  const before = findMarked(scope.mark).length
  const script = 'echo begin >>seen; sleep 0.35; echo end >>seen'
  const watch = watchHealth({ health: check(script) }, watched, (why) => assert.fail(why))
  t.after(() => watch.end())
  await until('four checks', () => existsSync(scope.path('seen')) && scope.read('seen').split('end').length > 4)
  assert.match(scope.read('seen'), /^(?:begin\nend\n)+(?:begin\n)?$/)
  await until('a check that runs', () => /begin\n$/.test(scope.read('seen')))
  watch.end()
  await until('its end', () => findMarked(scope.mark).length === before)
  assert.match(scope.read('seen'), /begin\n$/)
})

test('one that can not be started is a failure that says so', async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, sleeper)
  const health: HealthCheck = { ...check(''), kind: 'command', words: [scope.path('none')] }
  const { why } = await watchUntilUnwell({ health }, watched)
  assert.equal(why, `health: '${scope.path('none')}' could not be started (ENOENT)`)
})

test('it runs as the user of the daemon', { skip: skipUnlessRoot }, async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, { ...sleeper, user: 'nobody', workingDir: '/' })
  const { why } = await watchUntilUnwell({ health: check('id -un; exit 1') }, { ...watched, workingDir: '/' })
  assert.match(why, /its last output: nobody$/)
})
