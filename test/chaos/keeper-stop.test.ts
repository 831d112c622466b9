// A stop at 50 random moments of kept daemons that run, crash in a loop, start slowly, wait or are given up, while the keeper is killed now
// and then: it comes in time, and what was stopped stays so.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { type StartOptions, startDaemon } from 'daemonic'
import { makeKeptHome } from '../helpers/keeper.ts'
import { isAlive, kill } from '../helpers/processes.ts'
import { often, seededRandom } from '../helpers/random.ts'

const lanes = ['a', 'b', 'c', 'd', 'e']
const rounds = often(10)

/** What a daemon does in its next lives, by the word in a file. */
const script = `echo begin; case $(cat "$1") in
  crash) exit 3 ;;
  slow) sleep 0.3; echo >&3; exec 3>&-; exec sleep 1000 ;;
  unready) exec sleep 1000 ;;
  deaf) trap "" TERM; echo >&3; exec 3>&-; while :; do sleep 1; done ;;
  *) echo >&3; exec 3>&-; exec sleep 1000 ;;
esac`
const ways = ['crash', 'crash', 'slow', 'unready', 'deaf', 'run']

test(`${lanes.length * rounds} stops at random moments: each comes in time, and what was stopped stays so`, async (t) => {
  const home = makeKeptHome(t)
  const random = seededRandom(t)
  const phases = new Map<string, number>()
  const runLane = async (name: string): Promise<void> => {
    const file = home.scope.path(name)
    const log = `${home.folder(name)}/out.log`
    const begins = (): number => (existsSync(log) ? readFileSync(log, 'utf8').split('begin\n').length : 0)
    const options: StartOptions = {
      name,
      command: ['sh', '-c', script, 'sh', file],
      ready: { fd: 3 },
      startTimeout: '2s',
      stopTimeout: '300ms',
      restart: 'always',
      backoff: { from: 30, to: 120 },
      restartLimit: { restarts: 3 },
    }
    for (let round = 0; round < rounds; round += 1) {
      writeFileSync(file, 'run')
      const daemon = await startDaemon(options)
      writeFileSync(file, ways[Math.floor(random() * ways.length)] ?? '')
      kill(await home.running(name))
      await sleep(random() * 800)
      const keeper = home.keeper()
      if (random() < 0.2 && keeper !== undefined && isAlive(keeper)) kill(keeper)
      const phase = home.page(name)?.phase ?? 'none'
      phases.set(phase, (phases.get(phase) ?? 0) + 1)
      const begun = performance.now()
      await daemon.stop()
      assert.ok(performance.now() - begun < 20_000, `${name}: ${performance.now() - begun} ms`)
      const before = begins()
      assert.equal(home.state(name)?.phase, 'stopped', name)
      // Longer than the longest wait.
      await sleep(250)
      const status = await daemon.status()
      assert.deepEqual([status.state, status.pids], ['stopped', []], name)
      assert.equal(begins(), before, `${name} was started again`)
    }
  }
  const failed = (await Promise.allSettled(lanes.map(runLane))).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  t.diagnostic(JSON.stringify(Object.fromEntries(phases)))
})
