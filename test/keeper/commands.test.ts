// Every command is valid in every state of a kept daemon, and comes to its end in time.
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { type KeptHome, makeKeptHome } from '../helpers/keeper.ts'
import { isAlive, kill } from '../helpers/processes.ts'

/** No command may take longer, in milliseconds, on a machine that does much else; it is a fraction of a second on one that does not. */
const bound = 20_000

/** How long a slow start takes, in seconds: longer than all commands that are to meet it. */
const slowness = 3

type State = 'running' | 'waiting' | 'starting' | 'given up' | 'stopped'

/** What to start: it fails, or is slow, when a file says so. */
function options(home: KeptHome, state: State): string[] {
  const folder = home.scope.path('')
  const script = `[ -e ${folder}/broken ] && exit 1; [ -e ${folder}/slow ] && sleep ${slowness}; echo >&3; exec 3>&-; exec sleep 1000`
  const policy = state === 'waiting' ? ['--backoff', '100s..100s'] : ['--backoff', '10ms..10ms']
  const words = ['--name', 'kept', '--restart', 'always', ...policy, '--restart-limit', '2/1m', '--ready', 'fd:3']
  return [...words, '--', 'sh', '-c', script]
}

/** Starts it anew, and brings it into a state. */
async function reach(home: KeptHome, state: State): Promise<void> {
  for (const file of ['broken', 'slow']) rmSync(home.scope.path(file), { force: true })
  await home.cli('stop', 'kept')
  const { code, stderr } = await home.cli('start', ...options(home, state))
  assert.equal(code, 0, stderr)
  await home.phase('kept', 'running')
  if (state === 'running') return
  if (state === 'stopped') {
    await home.cli('stop', 'kept')
    return home.phase('kept', 'down')
  }
  if (state === 'starting') writeFileSync(home.scope.path('slow'), '')
  if (state === 'given up') writeFileSync(home.scope.path('broken'), '')
  kill(await home.running('kept'))
  await home.phase('kept', state)
  rmSync(home.scope.path('broken'), { force: true })
}

/** Commands that leave it as it is, and the exit code of each in each state. */
const looks: [string[], Record<State, number>][] = [
  [['status', 'kept'], { running: 0, waiting: 1, starting: 0, 'given up': 1, stopped: 3 }],
  [['list'], { running: 0, waiting: 0, starting: 0, 'given up': 0, stopped: 0 }],
  [['logs', 'kept'], { running: 0, waiting: 0, starting: 0, 'given up': 0, stopped: 0 }],
  [['logs', 'rotate', 'kept'], { running: 0, waiting: 0, starting: 0, 'given up': 0, stopped: 0 }],
  [['wait', 'kept', '--timeout', '50ms'], { running: 7, waiting: 7, starting: 7, 'given up': 12, stopped: 143 }],
  [['signal', 'WINCH', 'kept'], { running: 0, waiting: 3, starting: 0, 'given up': 3, stopped: 3 }],
]

/** Commands that change it: exit codes, and what it is then. */
const changes: [string, Record<State, number>, 'running' | 'stopped' | undefined][] = [
  ['start', { running: 0, waiting: 0, starting: 0, 'given up': 0, stopped: 0 }, 'running'],
  ['restart', { running: 0, waiting: 0, starting: 0, 'given up': 0, stopped: 0 }, 'running'],
  ['stop', { running: 0, waiting: 0, starting: 0, 'given up': 0, stopped: 0 }, 'stopped'],
  ['forget', { running: 10, waiting: 10, starting: 10, 'given up': 0, stopped: 0 }, undefined],
]

/** Runs a command, and asserts how it ends, and when. */
async function assertRuns(home: KeptHome, words: string[], code: number): Promise<void> {
  const begun = performance.now()
  const ran = await home.cli(...words)
  assert.equal(ran.code, code, `${words.join(' ')}: ${ran.stdout}${ran.stderr}`)
  assert.ok(performance.now() - begun < bound, `${words.join(' ')} took ${performance.now() - begun} ms`)
}

for (const state of ['running', 'waiting', 'starting', 'given up', 'stopped'] as const) {
  test(`every command for one that is ${state}`, async (t) => {
    const home = makeKeptHome(t)
    await reach(home, state)
    for (const [words, codes] of looks) {
      if (state === 'starting') await reach(home, state)
      await assertRuns(home, words, codes[state])
    }
    for (const [command, codes, after] of changes) {
      await reach(home, state)
      const words = command === 'start' ? options(home, state) : ['kept']
      await assertRuns(home, [command, ...words], codes[state])
      if (after !== undefined) assert.equal(home.state('kept')?.phase, after)
      if (after === 'running') assert.ok(isAlive(home.state('kept')?.process.pid ?? 0))
    }
  })
}
