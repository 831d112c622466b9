// The wall clock may be set while a daemon waits to be started again: its waits, and the limit of its restarts, are of another clock.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { fakedClock, skipWithoutFakedClock } from '../helpers/clock.ts'
import { makeKeptHome } from '../helpers/keeper.ts'
import { kill, until } from '../helpers/processes.ts'
import { projectFile, run } from '../helpers/run.ts'

/** A home whose keeper goes by a clock that can be set, and one kept daemon there. */
async function startKept(t: TestContext, options: string[], command: string[]) {
  const home = makeKeptHome(t)
  const setClock = (step: string): void => writeFileSync(home.scope.path('clock'), step)
  setClock('+0')
  const env = { ...home.scope.env, ...fakedClock(home.scope.path('clock')) }
  const cli = [process.execPath, projectFile('dist/cli/main.entry.cjs')]
  const words = ['start', '--name', 'kept', ...options, '--', ...command]
  const { code, stderr } = await run(home.scope, [...cli, ...words], { env })
  assert.equal(code, 0, stderr)
  return { home, setClock }
}

/** The year by the keeper's clock, as its page tells it. */
const yearOf = (milliseconds: number | undefined): number => new Date(milliseconds ?? 0).getFullYear()

for (const [step, years] of [
  ['+1y', 1],
  ['-2y', -2],
] as const) {
  test(`a clock that is set (${step}) makes no wait shorter or longer`, { skip: skipWithoutFakedClock }, async (t) => {
    const { home, setClock } = await startKept(t, ['--backoff', '2s..2s'], ['sleep', '1000'])
    const pid = await home.running('kept')
    const killed = performance.now()
    kill(pid)
    await home.phase('kept', 'waiting')
    setClock(step)
    const next = await home.running('kept', pid)
    const took = performance.now() - killed
    // Two seconds, and up to a quarter more; a machine that does much else is slower, and never faster.
    assert.ok(took >= 1900, `${took} ms`)
    assert.ok(took < 30_000, `${took} ms`)
    assert.equal(yearOf(home.state('kept')?.startedAt), new Date().getFullYear() + years)
    const { stdout } = await home.cli('status', 'kept', '--json')
    assert.deepEqual([JSON.parse(stdout).state, JSON.parse(stdout).pid], ['running', next])
    setClock('+0')
    assert.equal((await home.cli('stop', 'kept')).code, 0)
  })
}

test('restarts are counted within their time, however the clock is set meanwhile', {
  skip: skipWithoutFakedClock,
}, async (t) => {
  const { home, setClock } = await startKept(
    t,
    ['--backoff', '20ms..40ms', '--restart-limit', '4/1m', '--stable-after', '1m'],
    ['sleep', '1000'],
  )
  let pid: number | undefined
  for (const step of ['+1y', '-2y', '+5d', '-1d']) {
    pid = await home.running('kept', pid)
    setClock(step)
    kill(pid)
  }
  pid = await home.running('kept', pid)
  kill(pid)
  await home.phase('kept', 'given up')
  await until('it to be told', async () => (await home.cli('list')).stdout.includes('given up'))
})
