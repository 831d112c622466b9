// What a daemon can say and be told; nothing is installed before it is touched.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { readPid } from '../helpers/daemon.ts'
import { until, untilGone } from '../helpers/processes.ts'
import { runFixture } from '../helpers/run.ts'
import { makeScope, type Scope } from '../helpers/scope.ts'

/** Starts the fixture, and gives the lines of its log. */
async function start(t: TestContext, part: string): Promise<{ scope: Scope; lines: () => string[]; pid: number }> {
  const scope = makeScope(t)
  assert.deepEqual(await runFixture(scope, 'context', [part]), { code: 0, signal: null, stdout: '', stderr: '' })
  return { scope, lines: () => scope.read('out.log').trimEnd().split('\n'), pid: readPid(scope) }
}

test('nothing is installed before it is touched: signals do what they do without us', async (t) => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    const { lines, pid } = await start(t, 'none')
    assert.deepEqual(lines(), ['same true true', 'listeners 0 0 0', 'listeners 0 0 0'])
    process.kill(pid, signal)
    await untilGone(pid)
  }
})

test('signal: SIGTERM and SIGINT abort it, and leave the end to who listens', async (t) => {
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    const { scope, lines, pid } = await start(t, 'signal')
    assert.deepEqual(lines().slice(1), ['listeners 0 0 0', 'aborted false true', 'listeners 1 1 0'])
    process.kill(pid, name)
    await untilGone(pid)
    assert.equal(lines().at(-1), `abort ${name}`)
    assert.throws(() => scope.read('daemon.pid'), { code: 'ENOENT' }, 'the exit was clean')
  }
})

test('onReload: SIGHUP calls it, until it is taken back', async (t) => {
  const { lines, pid } = await start(t, 'reload')
  assert.equal(lines().at(-1), 'listeners 0 0 1')
  for (const count of [1, 2]) {
    process.kill(pid, 'SIGHUP')
    await until(`reload ${count}`, () => lines().at(-1) === `reload ${count}`)
  }
  process.kill(pid, 'SIGHUP')
  await untilGone(pid)
})

test('ready: the launcher stays until it is called, and not longer; calling it again does nothing', async (t) => {
  const scope = makeScope(t)
  let isOver = false
  const launcher = runFixture(scope, 'context', ['late']).then((ran) => {
    isOver = true
    return ran
  })
  await until('the daemon', () => isHanging(scope))
  assert.equal(isOver, false)
  writeFileSync(scope.path('go'), '')
  assert.deepEqual(await launcher, { code: 0, signal: null, stdout: '', stderr: '' })
  await until('the line', () => scope.read('out.log').endsWith('ready\n'))
})

test('a launcher that is killed while it waits takes its daemon along', async (t) => {
  const scope = makeScope(t)
  const ran = await runFixture(scope, 'context', ['late'], {
    onStart: async (launcher) => {
      await until('the daemon', () => isHanging(scope))
      launcher.kill('SIGKILL')
    },
  })
  assert.equal(ran.signal, 'SIGKILL')
  await until('the end of the daemon', () => scope.processes().length === 0)
  assert.match(
    scope.read('out.log'),
    /^daemonic: the launcher of this daemon \(pid \d+\) was gone before it was ready: it ends$/m,
  )
  assert.throws(() => scope.read('daemon.pid'), { code: 'ENOENT' }, 'the exit was clean')
})

/** Does the daemon of the part `late` run, and wait for its file? */
function isHanging(scope: Scope): boolean {
  try {
    return scope.read('out.log').includes('listeners 0 0 0\nlisteners')
  } catch {
    return false
  }
}
