// Too much memory, and too great an age.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { once } from '../../../src/keeper/health/ticks.cts'
import { watchHealth } from '../../../src/keeper/health/watch-health.cts'
import { now } from '../../../src/system/clock.cts'
import { makeHome } from '../../helpers/home.ts'
import { skipWithout } from '../../helpers/needs.ts'
import { until } from '../../helpers/processes.ts'
import { startWatched, watchUntilUnwell } from '../../helpers/watched.ts'

const MB = 1024 ** 2

/** A statement of Perl that takes memory. */
const take = (megabytes: number): string => `vec($x, ${megabytes} * 1024 * 1024, 8) = 1`

test('memory is that of the whole tree, and shared pages count once', { skip: skipWithout('perl') }, async (t) => {
  const scope = makeHome(t)
  // The child has it, in a session of its own, without a parent that is the daemon.
  const big = `setsid -f perl -e '${take(80)}; sleep 1000'; exec sleep 1000`
  const child = await startWatched(scope, { command: ['sh', '-c', big] }, 'child')
  const fork = `${take(60)}; fork; sleep 1000`
  const shared = await startWatched(scope, { command: ['perl', '-e', fork] }, 'shared')
  const small = await startWatched(scope, { command: ['sleep', '1000'] }, 'small')
  const alone = watchHealth({ maxMemory: 100 * MB }, shared, (why) => assert.fail(why))
  const little = watchHealth({ maxMemory: 100 * MB }, small, (why) => assert.fail(why))
  t.after(() => {
    alone.end()
    little.end()
  })
  const { why, ailment, facts } = await watchUntilUnwell({ maxMemory: 50 * MB }, child)
  assert.match(why, /^memory: its processes have \d+ MB, more than maxMemory 50 MB$/)
  assert.equal(ailment, 'memory')
  assert.ok((facts.memory ?? 0) > 80 * MB && (facts.memory ?? 0) < 120 * MB, `${facts.memory}`)
  await until('a look at the others', () => alone.facts.memory !== undefined && little.facts.memory !== undefined)
  // What is resident in both is 120 MB and more.
  assert.ok((alone.facts.memory ?? 0) > 50 * MB && (alone.facts.memory ?? 0) < 90 * MB, `${alone.facts.memory}`)
  assert.ok((little.facts.memory ?? 0) > 0 && (little.facts.memory ?? 0) < 10 * MB, `${little.facts.memory}`)
})

test('age is counted from the start of the daemon, and may be longer than a timer can wait', async (t) => {
  const scope = makeHome(t)
  const watched = await startWatched(scope, { command: ['sleep', '1000'] })
  const old = watchHealth({ maxAge: 100 * 86_400_000 }, watched, (why) => assert.fail(why))
  t.after(() => old.end())
  const { why, ailment, after } = await watchUntilUnwell({ maxAge: 1500 }, watched)
  assert.deepEqual([why, ailment], ['age: it runs for 1500 ms (maxAge)', 'age'])
  assert.ok(after < 2500, `after ${after} ms`)
  const again = await watchUntilUnwell({ maxAge: 1000 }, watched)
  assert.equal(again.why, 'age: it runs for 1 s (maxAge)')
  assert.ok(again.after < 500, `after ${again.after} ms`)
})

test('what is due in a hundred days is not due now', async (t) => {
  let count = 0
  const warnings: string[] = []
  const onWarning = ({ name }: Error): void => void warnings.push(name)
  process.on('warning', onWarning)
  t.after(() => process.off('warning', onWarning))
  t.after(
    once(now() + 100 * 86_400_000, () => {
      count += 1
    }),
  )
  const over = performance.now() + 300
  await until('some time', () => performance.now() > over)
  // Node warns of what it can't wait for, and wakes up at once.
  assert.deepEqual([count, warnings], [0, []])
})
