// The table of the keeper, cell by cell, and what holds for any way through it.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { KeptPhase } from '../../src/home/kept-page.cts'
import type { KeptEffect, KeptEvent, machine as Machine, Step } from '../../src/keeper/machine.cts'
import { builtModule } from '../helpers/modules.ts'

const { machine } = builtModule<{ machine: typeof Machine }>('keeper/machine.cjs')

/** Each cell as 'next: effects'. */
const expected: Record<KeptPhase, Record<KeptEvent, string>> = {
  starting: {
    up: 'running: watch',
    again: 'waiting: wait',
    done: 'down:',
    enough: 'given up:',
    due: 'starting:',
    stopped: 'down:',
    unwell: 'starting:',
  },
  running: {
    up: 'running: unwatch watch',
    again: 'waiting: unwatch wait',
    done: 'down: unwatch',
    enough: 'given up: unwatch',
    due: 'running:',
    stopped: 'down: unwatch',
    unwell: 'stopping: unwatch stop',
  },
  stopping: {
    up: 'running: watch',
    again: 'waiting: wait',
    done: 'down:',
    enough: 'given up:',
    due: 'stopping:',
    stopped: 'down:',
    unwell: 'stopping:',
  },
  waiting: {
    up: 'running: cancel watch',
    again: 'waiting:',
    done: 'waiting:',
    enough: 'waiting:',
    due: 'starting: start',
    stopped: 'down: cancel',
    unwell: 'waiting:',
  },
  down: {
    up: 'running: watch',
    again: 'down:',
    done: 'down:',
    enough: 'down:',
    due: 'down:',
    stopped: 'down:',
    unwell: 'down:',
  },
  'given up': {
    up: 'running: watch',
    again: 'given up:',
    done: 'given up:',
    enough: 'given up:',
    due: 'given up:',
    stopped: 'down:',
    unwell: 'given up:',
  },
}
const phases = Object.keys(expected) as KeptPhase[]
const events = Object.keys(expected.down) as KeptEvent[]

for (const phase of phases) {
  for (const event of events) {
    test(`${phase}, ${event}: ${expected[phase][event]}`, () => {
      const { next, effects }: Step = machine[phase][event]
      assert.equal(`${next}:${effects.map((effect) => ` ${effect}`).join('')}`, expected[phase][event])
    })
  }
}

test('the table has no other cells', () => {
  assert.deepEqual(Object.keys(machine).sort(), [...phases].sort())
  for (const phase of phases) assert.deepEqual(Object.keys(machine[phase]).sort(), [...events].sort())
})

test('whatever happens, in any order: one watch while it runs, one wait while it waits, and a stop always wins', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...events), { maxLength: 60 }), (happens) => {
      let phase: KeptPhase = 'down'
      const open = { watch: 0, wait: 0 }
      for (const event of happens) {
        const { next, effects }: Step = machine[phase][event]
        if (event === 'due' && phase === 'waiting') open.wait -= 1
        for (const effect of effects) act(open, effect)
        phase = next
        assert.equal(open.watch, phase === 'running' ? 1 : 0, `watches when ${phase}`)
        assert.equal(open.wait, phase === 'waiting' ? 1 : 0, `waits when ${phase}`)
        if (event === 'stopped') assert.equal(phase, 'down')
        if (effects.includes('start')) assert.equal(event, 'due', 'nothing but the end of a wait starts it')
      }
    }),
    { numRuns: 2000 },
  )
})

/** Counts what an effect opens and closes. */
function act(open: { watch: number; wait: number }, effect: KeptEffect): void {
  if (effect === 'watch') open.watch += 1
  if (effect === 'unwatch') open.watch -= 1
  if (effect === 'wait') open.wait += 1
  if (effect === 'cancel') open.wait -= 1
}
