// The wall clock may be set while daemons are watched: nothing depends on it.
import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { fakedClock, skipWithoutFakedClock } from '../../helpers/clock.ts'
import { makeHome } from '../../helpers/home.ts'
import { kill, until } from '../../helpers/processes.ts'
import { fixture } from '../../helpers/run.ts'
import { startWatched } from '../../helpers/watched.ts'

test('a clock that is set a year ahead, and back by two, ends nobody, and hides no daemon that hangs', {
  skip: skipWithoutFakedClock,
}, async (t) => {
  const scope = makeHome(t)
  writeFileSync(scope.path('clock'), '+0')
  const faked = fakedClock(scope.path('clock'))
  const watched = await startWatched(scope, {
    module: fixture('well'),
    args: ['hang'],
    watchdog: 500,
    env: faked,
    extendEnv: true,
  })
  const watcher = fork(fixture('watcher.entry'), ['clock'], { env: { ...scope.env, ...faked } })
  const told: { why?: string; year?: number }[] = []
  watcher.on('message', (message) => told.push(message as (typeof told)[number]))
  watcher.send({ plan: { watchdog: 500, maxAge: 3_600_000 }, all: [watched] })
  const year = new Date().getFullYear()
  for (const [step, expected] of [
    ['+1y', year + 1],
    ['-1y', year - 1],
  ] as const) {
    writeFileSync(scope.path('clock'), step)
    await until(`the year ${expected}`, () => told.some((one) => one.year === expected))
    const over = performance.now() + 1500
    await until('three intervals', () => performance.now() > over)
    assert.deepEqual(
      told.flatMap(({ why }) => why ?? []),
      [],
    )
  }
  kill(watched.pid, 'SIGUSR2')
  const why = await until('what is said of it', () => told.find((one) => one.why !== undefined)?.why)
  assert.equal(why, 'watchdog: it did not say that it is alive for 500 ms (its event loop hangs)')
})
