// Whether and when a daemon is started again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { History } from '../../src/home/kept-page.cts'
import type { decide as Decide, End } from '../../src/keeper/decide.cts'
import type { KeepPlan } from '../../src/keeper/plan.cts'
import { builtModule } from '../helpers/modules.ts'

const { decide, noHistory } = builtModule<{
  decide: typeof Decide
  noHistory: History
}>('keeper/decide.cjs')

const plan: KeepPlan = {
  restart: 'on-failure',
  success: { exitCodes: [], signals: [] },
  backoff: { from: 100, to: 30_000, factor: 2, jitter: false },
  stableAfter: 10_000,
  restartLimit: { restarts: 10, within: 60_000, then: 'give-up' },
}

/** An end, by default with exit code 1 after a moment. */
function ended(changes: Partial<End> = {}): End {
  return { code: 1, signal: null, isForced: false, isPlanned: false, ranFor: 5, ...changes }
}

/** What comes of ends that follow each other, each as soon as its wait is over. */
function follow(plan: KeepPlan, ends: readonly End[]): (number | string)[] {
  let [history, time]: [History, number] = [noHistory, 1000]
  return ends.map((end) => {
    time += end.ranFor
    const verdict = decide(plan, end, history, time)
    history = verdict.history
    if (verdict.event !== 'again') return verdict.event
    time += verdict.delay
    return verdict.delay
  })
}

/** Is it started again after this end? */
function restarts(changes: Partial<KeepPlan>, end: Partial<End>): boolean {
  return decide({ ...plan, ...changes }, ended({ code: null, ...end }), noHistory, 0).event === 'again'
}

test('on failure: for any exit code but 0, any signal, and an end that nobody knows', () => {
  assert.equal(restarts({}, { code: 0 }), false)
  assert.equal(restarts({}, { code: 1 }), true)
  assert.equal(restarts({}, { signal: 'SIGTERM' }), true)
  assert.equal(restarts({}, {}), true)
  assert.equal(restarts({}, { isForced: true }), true)
})

test('what counts as success is none', () => {
  const success = { exitCodes: [3], signals: ['SIGTERM'] }
  assert.equal(restarts({ success }, { code: 3 }), false)
  assert.equal(restarts({ success }, { code: 4 }), true)
  assert.equal(restarts({ success }, { code: 0 }), false)
  assert.equal(restarts({ success }, { signal: 'SIGTERM' }), false)
  assert.equal(restarts({ success }, { signal: 'SIGKILL' }), true)
  assert.equal(restarts({ success }, { isForced: true, code: 3 }), true, 'what had to be stopped has failed')
})

test('always, and never', () => {
  assert.equal(restarts({ restart: 'always' }, { code: 0 }), true)
  for (const end of [{ code: 0 }, { code: 1 }, { isForced: true }, { isForced: true, isPlanned: true }]) {
    assert.equal(restarts({ restart: 'no' }, end), false)
  }
})

test('each wait is twice as long, up to the longest, and begins anew when it ran long enough', () => {
  const often = { ...plan, restartLimit: { ...plan.restartLimit, restarts: 50 } }
  const fast = Array.from({ length: 11 }, () => ended())
  assert.deepEqual(follow(often, fast), [100, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 30_000, 30_000])
  assert.deepEqual(follow(often, [ended(), ended(), ended({ ranFor: 10_000 }), ended()]), [100, 200, 100, 200])
  assert.deepEqual(follow(often, [ended(), ended(), ended({ ranFor: 9999 })]), [100, 200, 400])
})

test('jitter makes a wait longer by up to a quarter, and never longer than the longest', () => {
  const jittered = { ...plan, backoff: { ...plan.backoff, jitter: true, to: 1000 } }
  fc.assert(
    fc.property(fc.nat(20), fc.double({ min: 0, max: 0.999, noNaN: true }), (tries, random) => {
      const verdict = decide(jittered, ended(), { ...noHistory, tries }, 0, () => random)
      assert.ok(verdict.event === 'again')
      const plain = Math.min(1000, 100 * 2 ** tries)
      assert.ok(verdict.delay >= plain && verdict.delay <= Math.min(1000, plain * 1.25), String(verdict.delay))
    }),
  )
})

test('a crash loop is given up at the limit: ten starts again within a minute, the eleventh is none', () => {
  const steady = { ...plan, backoff: { ...plan.backoff, to: 1000 } }
  const outcome = follow(
    steady,
    Array.from({ length: 11 }, () => ended()),
  )
  assert.deepEqual(outcome.slice(0, 10), [100, 200, 400, 800, 1000, 1000, 1000, 1000, 1000, 1000])
  assert.equal(outcome[10], 'enough')
})

test('the limit counts all of the window, whatever the uptime of each: an end after each stable run counts, too', () => {
  const steady = { ...plan, stableAfter: 1000, restartLimit: { restarts: 3, within: 10_000, then: 'give-up' as const } }
  assert.deepEqual(
    follow(
      steady,
      [2000, 2000, 2000, 2000].map((ranFor) => ended({ ranFor })),
    ),
    [100, 100, 100, 'enough'],
  )
  assert.deepEqual(
    follow(
      steady,
      [4000, 4000, 4000, 4000].map((ranFor) => ended({ ranFor })),
    ),
    [100, 100, 100, 100],
  )
})

test('slow: it is tried on at the longest wait, for ever', () => {
  const slow = { ...plan, restartLimit: { restarts: 2, within: 60_000, then: 'slow' as const } }
  assert.deepEqual(
    follow(
      slow,
      Array.from({ length: 5 }, () => ended()),
    ),
    [100, 200, 30_000, 30_000, 30_000],
  )
})

test('a renewal that was planned is no failure, and does not count', () => {
  const few = { ...plan, restartLimit: { ...plan.restartLimit, restarts: 1 } }
  const renewed = ended({ code: null, isForced: true, isPlanned: true, ranFor: 20_000 })
  assert.deepEqual(follow(few, [renewed, renewed, renewed, renewed]), [100, 100, 100, 100])
})

test('never a busy loop: for any plan, a minute of crashes has no more starts than its waits allow', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 1, max: 4, noNaN: true }), (limit, factor) => {
      const any = {
        ...plan,
        backoff: { ...plan.backoff, factor },
        restartLimit: { ...plan.restartLimit, restarts: limit },
      }
      let [history, time, starts]: [History, number, number] = [noHistory, 0, 0]
      while (time < 60_000) {
        const verdict = decide(any, ended({ ranFor: 0 }), history, time)
        if (verdict.event !== 'again') break
        history = verdict.history
        starts += 1
        time += verdict.delay
      }
      assert.ok(starts <= limit)
    }),
  )
})
