// The keeper itself: there is one, it can die, and nobody notices.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { findDaemon, startDaemon } from 'daemonic'
import { type KeptHome, makeKeptHome } from '../helpers/keeper.ts'
import { isAlive, kill, readProc, until, untilGone } from '../helpers/processes.ts'
import { projectFile, run } from '../helpers/run.ts'

const quick = { keep: true, backoff: { from: 20, to: 100 } } as const
const sleeper = { command: ['sleep', '1000'], ...quick }

/** The heir of the keeper: the shell among its children. */
function heirOf(keeper: number): Promise<number> {
  return until('the heir', () =>
    readProc(keeper, `task/${keeper}/children`)
      .split(' ')
      .map(Number)
      .find(
        (pid) =>
          pid > 1 && readProc(pid, 'cmdline').includes('\0heir\0') && readProc(pid, 'cmdline').startsWith('/bin/sh'),
      ),
  )
}

/** Waits until there is another keeper than this one. */
function nextKeeper(home: KeptHome, before: number): Promise<number> {
  return until('the next keeper', () => {
    const pid = home.keeper()
    return pid !== undefined && pid !== before && isAlive(pid) && pid
  })
}

test('many that are started at once have one keeper', async (t) => {
  const home = makeKeptHome(t)
  const names = Array.from({ length: 8 }, (_, index) => `kept${index}`)
  const started = await Promise.all(
    names.map((name) => home.cli('start', '--keep', '--name', name, '--', 'sleep', '1000')),
  )
  for (const { code, stderr } of started) assert.equal(code, 0, stderr)
  for (const name of names) await home.phase(name, 'running')
  const keepers = home.scope.processes().filter((pid) => /keeper\.entry\.cjs\0$/.test(readProc(pid, 'cmdline')))
  assert.deepEqual(keepers, [home.keeper()])
})

test('kill -9 of the keeper, three times in a row: its heir goes on within a second, no daemon notices, the lock is never free', async (t) => {
  const home = makeKeptHome(t)
  const script = 'i=0; while :; do i=$((i + 1)); echo $i; sleep 0.01; done'
  const { pid } = await startDaemon({ name: 'writer', command: ['sh', '-c', script], ...quick })
  const other = await startDaemon({ name: 'other', ...sleeper })
  await home.phase('other', 'running')
  const lock = `${home.folder('daemonic-keeper')}/lock`
  for (let round = 0; round < 3; round += 1) {
    const keeper = home.keeper() as number
    await heirOf(keeper)
    const begin = performance.now()
    kill(keeper)
    const taken = await run(home.scope, ['flock', '-n', lock, 'true'])
    assert.notEqual(taken.code, 0, 'the lock is held')
    const next = await nextKeeper(home, keeper)
    const took = performance.now() - begin
    t.diagnostic(`the next keeper was there after ${Math.round(took)} ms`)
    assert.ok(took < 1000, `${took} ms`)
    await heirOf(next)
  }
  assert.ok(isAlive(pid as number))
  // It goes on as if nothing had happened: what ends is started again.
  kill(other.pid as number)
  await home.running('other', other.pid)
  const lines = readFileSync(`${home.folder('writer')}/out.log`, 'utf8')
    .split('\n')
    .slice(0, -1)
  assert.deepEqual(
    lines,
    lines.map((_, index) => String(index + 1)),
  )
  assert.equal((await home.cli('status', 'daemonic-keeper')).code, 0)
})

test('the keeper is killed while a daemon waits to be started again: its heir starts it when its time has come', async (t) => {
  const home = makeKeptHome(t)
  const options = { name: 'kept', command: ['sleep', '1000'], backoff: { from: 1500, jitter: false } }
  const { pid } = await startDaemon(options)
  const keeper = home.keeper() as number
  await heirOf(keeper)
  const begin = performance.now()
  kill(pid as number)
  await home.phase('kept', 'waiting')
  kill(keeper)
  await home.running('kept', pid)
  const took = performance.now() - begin
  assert.ok(took >= 1500, `not before its time: ${took} ms`)
  await until('what is remembered', () => home.page('kept')?.history.tries === 1)
})

test('keeper and heir are killed: the next command heals it, and finds what happened meanwhile', async (t) => {
  const home = makeKeptHome(t)
  const one = await startDaemon({ name: 'one', ...sleeper })
  const two = await startDaemon({ name: 'two', ...sleeper })
  await home.phase('two', 'running')
  const keeper = home.keeper() as number
  const heir = await heirOf(keeper)
  kill(heir)
  kill(keeper)
  await Promise.all([untilGone(heir), untilGone(keeper)])
  kill(two.pid as number)
  await untilGone(two.pid as number)
  assert.equal((await home.cli('list')).code, 0)
  await nextKeeper(home, keeper)
  await home.running('two', two.pid)
  assert.ok(isAlive(one.pid as number))
  assert.equal(home.state('one')?.process.pid, one.pid)
  await home.phase('one', 'running')
})

test('a heir that is killed is followed by another', async (t) => {
  const home = makeKeptHome(t)
  await startDaemon({ name: 'kept', ...sleeper })
  const keeper = home.keeper() as number
  const heir = await heirOf(keeper)
  kill(heir)
  await untilGone(heir)
  await heirOf(keeper)
  kill(keeper)
  await nextKeeper(home, keeper)
})

test('a keeper that was stopped stays so, and takes its heir along; daemons go on, and the next start has one', async (t) => {
  const home = makeKeptHome(t)
  const { pid } = await startDaemon({ name: 'kept', ...sleeper })
  const keeper = home.keeper() as number
  const heir = await heirOf(keeper)
  const stopped = await home.cli('stop', 'daemonic-keeper')
  assert.equal(stopped.code, 0, stopped.stdout + stopped.stderr)
  assert.equal(isAlive(keeper) || isAlive(heir), false)
  assert.equal((await home.cli('list')).code, 0)
  assert.equal(home.state('daemonic-keeper')?.phase, 'stopped')
  const status = await home.cli('status', 'kept')
  assert.match(status.stdout, /problem +its keeper is gone/)
  assert.ok(isAlive(pid as number))
  await startDaemon({ name: 'kept', ...sleeper })
  kill(pid as number)
  await home.running('kept', pid)
})

test('a keeper with nothing to keep ends by itself', async (t) => {
  const home = makeKeptHome(t)
  const daemon = await startDaemon({ name: 'kept', ...sleeper })
  await home.phase('kept', 'running')
  await daemon.stop()
  await until('the end of the keeper', () => home.state('daemonic-keeper')?.phase === 'ended')
  await until('the end of all its processes', () => home.scope.processes().length === 0)
})

test('a newer version takes over, and no daemon notices', async (t) => {
  const home = makeKeptHome(t)
  const { pid } = await startDaemon({ name: 'kept', ...sleeper })
  await home.phase('kept', 'running')
  const keeper = home.keeper() as number
  const newer = home.scope.path('newer')
  mkdirSync(newer)
  cpSync(projectFile('dist'), `${newer}/dist`, { recursive: true })
  const manifest = JSON.parse(readFileSync(projectFile('package.json'), 'utf8'))
  writeFileSync(`${newer}/package.json`, JSON.stringify({ ...manifest, version: '99.0.0' }))
  symlinkSync(projectFile('node_modules'), `${newer}/node_modules`)
  const started = await run(home.scope, [
    process.execPath,
    `${newer}/dist/cli/main.entry.cjs`,
    'start',
    '--keep',
    '--name',
    'new',
    '--',
    'sleep',
    '1000',
  ])
  assert.equal(started.code, 0, started.stderr)
  const next = await nextKeeper(home, keeper)
  assert.match(readProc(next, 'cmdline'), /newer/)
  await until('the old one to be gone', () => !isAlive(keeper))
  kill(pid as number)
  await home.running('kept', pid)
  // An older one finds a newer keeper, and says so.
  const older = await home.cli('start', '--keep', '--name', 'old', '--', 'sleep', '1000')
  assert.match(older.stderr, /old runs, but its keeper does not/)
})

const stops: [string, (home: KeptHome) => Promise<void>][] = [
  ['running', async () => {}],
  [
    'waiting',
    async (home) => {
      kill(home.state('kept')?.process.pid as number)
      await home.phase('kept', 'waiting')
    },
  ],
  [
    'starting',
    async (home) => {
      writeFileSync(home.scope.path('slow'), '')
      kill(home.state('kept')?.process.pid as number)
      await home.phase('kept', 'starting')
    },
  ],
  [
    'given up',
    async (home) => {
      writeFileSync(home.scope.path('broken'), '')
      kill(home.state('kept')?.process.pid as number)
      await home.phase('kept', 'given up')
    },
  ],
  [
    'down',
    async (home) => {
      await home.cli('stop', 'kept')
      await home.phase('kept', 'down')
    },
  ],
]
for (const [state, reach] of stops) {
  test(`a stop of one that is ${state}: it is stopped, and stays so`, async (t) => {
    const home = makeKeptHome(t)
    const file = home.scope.path('')
    const script = `[ -e ${file}/broken ] && exit 1; [ -e ${file}/slow ] && sleep 1; echo >&3; exec 3>&-; exec sleep 1000`
    await startDaemon({
      name: 'kept',
      command: ['sh', '-c', script],
      ready: { fd: 3 },
      backoff: { from: 150, to: 150 },
      restartLimit: { restarts: 2 },
    })
    await home.phase('kept', 'running')
    await reach(home)
    const stopped = await home.cli('stop', 'kept')
    assert.equal(stopped.code, 0, stopped.stdout + stopped.stderr)
    await home.phase('kept', 'down')
    assert.equal(home.state('kept')?.phase, 'stopped')
    const daemon = await findDaemon('kept')
    assert.deepEqual((await daemon?.status())?.pids, [])
    // Two waits later it still is.
    const begin = performance.now()
    await until('some time to pass', () => performance.now() - begin > 400)
    assert.equal(home.state('kept')?.phase, 'stopped')
    assert.deepEqual((await daemon?.status())?.pids, [])
  })
}

test('one that is not well is stopped and started again, and why is told', async (t) => {
  const home = makeKeptHome(t)
  const health = { command: ['sh', '-c', 'echo no good; exit 1'], interval: 100, failures: 2, startPeriod: 0 }
  const { pid } = await startDaemon({ name: 'sick', ...sleeper, health })
  await home.running('sick', pid)
  await until('the reason', () => home.page('sick')?.last?.why?.startsWith('health: '))
  assert.match((await home.cli('status', 'sick')).stdout, /restarted .*health: .*no good/)
})
