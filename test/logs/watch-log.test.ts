// When logs are due: seen without looking at those that nobody writes to, and rotated by the keeper while their daemons run.
import assert from 'node:assert/strict'
import { appendFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { startDaemon } from 'daemonic'
import type * as spans from '../../src/logs/next-span.cts'
import { listRotated } from '../../src/logs/rotated-files.ts'
import type * as watching from '../../src/logs/watch-log.cts'
import { makeHome } from '../helpers/home.ts'
import { until } from '../helpers/processes.ts'
import { checkLog, makeLog } from '../helpers/rotating.ts'
import { fixture } from '../helpers/run.ts'
import { makeScope } from '../helpers/scope.ts'

const require = createRequire(import.meta.url)
const { nextSpan } = require('../../src/logs/next-span.cjs') as typeof spans
const { watchLog } = require('../../src/logs/watch-log.cjs') as typeof watching

test('spans of the calendar begin with the hour, at midnight, and on Monday', () => {
  const next = (every: 'hour' | 'day' | 'week', ...parts: [number, number, number, number, number]): string =>
    new Date(nextSpan(every, new Date(...parts).getTime())).toString().slice(0, 21)
  assert.equal(next('hour', 2026, 0, 31, 23, 59), 'Sun Feb 01 2026 00:00')
  assert.equal(next('day', 2026, 1, 28, 0, 0), 'Sun Mar 01 2026 00:00')
  assert.equal(next('week', 2026, 5, 14, 23, 0), 'Mon Jun 15 2026 00:00')
  assert.equal(next('week', 2026, 5, 15, 0, 0), 'Mon Jun 22 2026 00:00')
  assert.equal(nextSpan(5000, 1000), 6000)
})

/** The timers of this process. */
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length

test('nobody looks at a log that nobody writes to; one that grows too large is due, again and again', async (t) => {
  const log = makeLog(makeScope(t).path('logs'))
  writeFileSync(log, '')
  const due: boolean[] = []
  const before = timers()
  const watch = watchLog(log, { size: 10_000, every: undefined }, async (whole) => {
    due.push(whole)
    writeFileSync(log, '')
  })
  t.after(() => watch.end())
  await until('no timer', () => timers() <= before)
  for (let round = 1; round <= 3; round += 1) {
    appendFileSync(log, 'x'.repeat(5000))
    await until('a look', () => timers() > before)
    appendFileSync(log, 'x'.repeat(5001))
    await until(`time ${round}`, () => due.length === round)
    await until('no timer', () => timers() <= before)
  }
  assert.deepEqual(due, [false, false, false])
  renameSync(log, `${log}.gone`)
  appendFileSync(`${log}.gone`, 'x')
  await until('no timer', () => timers() <= before)
})

test('a log is due when its time has come, as a whole, but not when it is empty', async (t) => {
  const log = makeLog(makeScope(t).path('logs'))
  writeFileSync(log, '')
  const due: boolean[] = []
  const watch = watchLog(log, { size: 10_000, every: 200 }, async (whole) => {
    due.push(whole)
    writeFileSync(log, '')
  })
  t.after(() => watch.end())
  const begin = performance.now()
  await until('some time', () => performance.now() - begin > 500)
  assert.deepEqual(due, [])
  appendFileSync(log, 'a line\n')
  await until('it to be due', () => due.length === 1)
  assert.deepEqual(due, [true])
})

test('the logs of a kept daemon are rotated while it runs', async (t) => {
  const scope = makeHome(t)
  const daemon = await startDaemon({
    name: 'writer',
    module: fixture('lines'),
    args: ['w0', '0', '0', '1'],
    ready: 'exec',
    keep: true,
    rotate: { size: '100KB', keep: 1000, total: '1GB' },
  })
  const log = scope.path('home/writer/out.log')
  await until('rotated files', () => listRotated(log).length > 5)
  await daemon.stop()
  await until('the last rotation to be over', () => !existsSync(`${log}.rotation.new`))
  checkLog(log)
  assert.ok(listRotated(log).every(({ size }) => size < 2_000_000))
})

test('a log that was removed is made anew at the next restart', async (t) => {
  const scope = makeHome(t)
  const daemon = await startDaemon({
    name: 'writer',
    module: fixture('lines'),
    args: ['w0', '0', '0', '1'],
    ready: 'exec',
  })
  const log = scope.path('home/writer/out.log')
  await until('lines', () => statSync(log).size > 0)
  rmSync(log)
  await daemon.restart()
  await until('lines', () => statSync(log).size > 0)
  mkdirSync(scope.path('elsewhere'))
  renameSync(log, scope.path('elsewhere/out.log'))
  await daemon.restart()
  await until('lines', () => statSync(log).size > 0)
  await daemon.stop()
  checkLog(log)
})
