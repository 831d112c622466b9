// The pid file: one daemon at a time, nothing stale is in the way, and no file of others is touched.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { test } from 'node:test'
import { assertStarted, daemonCommand, readFacts, readPid, startDaemon } from '../helpers/daemon.ts'
import { skipUnlessRoot, skipWithout } from '../helpers/needs.ts'
import { readPrintedError } from '../helpers/printed-error.ts'
import { isAlive, kill, until, untilGone } from '../helpers/processes.ts'
import { often } from '../helpers/random.ts'
import { type Ran, run, runFixture } from '../helpers/run.ts'
import { end, endAll, makeScope, type Scope } from '../helpers/scope.ts'

/** Asserts that a launcher was told that a process is running. */
function assertAlreadyRunning(ran: Ran, scope: Scope, pid: number | undefined): void {
  const error = readPrintedError(ran.stderr)
  assert.equal(ran.code, 1)
  assert.equal(error.name, 'AlreadyRunningError')
  assert.match(
    error.message,
    new RegExp(`^not started: process ${pid} holds the pid file ${scope.path('daemon.pid')}; `),
  )
  assert.match(
    error.properties,
    new RegExp(`^ {2}code: 'ALREADY_RUNNING',\\n {2}pid: ${pid},\\n {2}pidFile: '${scope.path('daemon.pid')}'`),
  )
}

/** An environment in which flock does something first, in the folder of the test: to stage an interleaving. */
function withFlock(scope: Scope, before: string): Record<string, string> {
  const flock = execFileSync('/bin/sh', ['-c', 'command -v flock'], { encoding: 'utf8' }).trim()
  mkdirSync(scope.path('bin'))
  writeFileSync(scope.path('bin/flock'), `#!/bin/sh\ncd "${scope.folder}"\n${before}\nexec ${flock} "$@"\n`, {
    mode: 0o755,
  })
  return { ...scope.env, PATH: `${scope.path('bin')}:${process.env['PATH']}` }
}

test('a second start is told the pid of the first, and leaves it alone', async (t) => {
  const scope = makeScope(t)
  assertStarted(await startDaemon(scope))
  const pid = readPid(scope)
  assertAlreadyRunning(await startDaemon(scope), scope, pid)
  assert.equal(readPid(scope), pid)
  assert.deepEqual(scope.processes(), [pid])
})

test('the lock is not passed on to children of the daemon', async (t) => {
  const scope = makeScope(t)
  writeFileSync(
    scope.path('app.mjs'),
    `import { createDaemon } from '${import.meta.resolve('daemonic')}'
    import { execFileSync, spawn } from 'node:child_process'
    const d = await createDaemon({ pidFile: 'daemon.pid', stdout: 'out.log', ready: 'manual' })
    spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' }).on('spawn', () => d.ready())`,
  )
  assert.equal((await run(scope, [process.execPath, 'app.mjs'])).code, 0)
  await end(readPid(scope))
  assert.equal(scope.processes().length, 1, 'the child lives')
  assertStarted(await startDaemon(scope))
})

test('a pid file is removed at a clean exit, and after a failed start', async (t) => {
  const scope = makeScope(t)
  await runFixture(scope, 'failing', ['exits before ready', '{"pidFile":"daemon.pid"}'])
  assert.equal(existsSync(scope.path('daemon.pid')), false)
  await runFixture(scope, 'failing', ['function rejects after ready', '{"pidFile":"daemon.pid"}'])
  await until('the end of the daemon', () => scope.processes().length === 0)
  assert.equal(existsSync(scope.path('daemon.pid')), false)
})

test('a pid file that another has put in the place of ours is not removed at a clean exit', async (t) => {
  const scope = makeScope(t)
  writeFileSync(
    scope.path('app.mjs'),
    `import { createDaemon } from '${import.meta.resolve('daemonic')}'
    import { existsSync } from 'node:fs'
    await createDaemon({ pidFile: 'daemon.pid', stdout: 'out.log' })
    setInterval(() => existsSync('go') && process.exit(0), 10)`,
  )
  assert.equal((await run(scope, [process.execPath, 'app.mjs'])).code, 0)
  const pid = readPid(scope)
  unlinkSync(scope.path('daemon.pid'))
  writeFileSync(scope.path('daemon.pid'), '4242\n')
  writeFileSync(scope.path('go'), '')
  await untilGone(pid)
  assert.equal(scope.read('daemon.pid'), '4242\n')
})

test('a stale pid file, whose pid a stranger has now, does not block a start, and the stranger lives', async (t) => {
  const scope = makeScope(t)
  const stranger = spawn('sleep', ['1000'], { env: scope.env })
  t.after(() => stranger.kill('SIGKILL'))
  writeFileSync(scope.path('daemon.pid'), `${stranger.pid}\n`)
  assertStarted(await startDaemon(scope))
  assert.notEqual(readPid(scope), stranger.pid)
  assert.ok(isAlive(stranger.pid ?? 0))
})

test('a pid file that a kill -9 left does not block a start', async (t) => {
  const scope = makeScope(t)
  assertStarted(await startDaemon(scope))
  const first = readPid(scope)
  await end(first)
  assert.equal(readPid(scope), first)
  assertStarted(await startDaemon(scope))
  assert.notEqual(readPid(scope), first)
})

test('the pid of a stranger in a locked file is never told: a start waits for the pid of the holder', {
  skip: skipWithout('flock'),
}, async (t) => {
  const scope = makeScope(t)
  const stranger = spawn('sleep', ['1000'], { env: scope.env })
  t.after(() => stranger.kill('SIGKILL'))
  writeFileSync(scope.path('daemon.pid'), `${stranger.pid}\n`)
  // Another start, stopped in the moment between its lock and its pid.
  const holder = spawn(
    '/bin/bash',
    ['-c', 'exec 9>>daemon.pid; flock -n 9; echo locked; read -r line; echo $$ >daemon.pid; read -r line'],
    {
      cwd: scope.folder,
      env: scope.env,
    },
  )
  t.after(() => holder.kill('SIGKILL'))
  await new Promise((resolve) => holder.stdout.once('data', resolve))
  const second = startDaemon(scope, {}, { env: withFlock(scope, 'echo >>tries') })
  let isOver = false
  second.then(() => {
    isOver = true
  })
  await until('a second try', () => existsSync(scope.path('tries')) && scope.read('tries').length >= 2)
  assert.equal(isOver, false)
  holder.stdin.write('\n')
  assertAlreadyRunning(await second, scope, holder.pid)
})

test('a stale pid is gone as soon as the lock is taken, also when Node never comes up', async (t) => {
  const scope = makeScope(t)
  writeFileSync(scope.path('daemon.pid'), '4242\n')
  const env = { ...Object.fromEntries([scope.mark.split('=')]), NODE_OPTIONS: '--no-such-flag' }
  const error = readPrintedError((await startDaemon(scope, { options: { env } })).stderr)
  assert.match(error.message, /^The daemon was killed by a signal, or crashed, while Node came up in it$/)
  assert.match(error.properties, /step: 'boot'/)
  assert.equal(scope.read('daemon.pid'), '')
})

test('a holder that never says its pid is an error when the time is over', {
  skip: skipWithout('flock'),
}, async (t) => {
  const scope = makeScope(t)
  const holder = spawn('/bin/bash', ['-c', 'exec 9>>daemon.pid; flock -n 9; echo locked; read -r line'], {
    cwd: scope.folder,
    env: scope.env,
  })
  t.after(() => holder.kill('SIGKILL'))
  await new Promise((resolve) => holder.stdout.once('data', resolve))
  const error = readPrintedError((await startDaemon(scope, { options: { startTimeout: '1s' } })).stderr)
  assert.match(error.message, /^not started: a process that is starting or leaving holds the pid file/)
  assert.match(error.properties, /pid: undefined/)
})

test('a file that its last owner removes between the open and the lock is not the lock: it is opened anew', {
  skip: skipWithout('flock'),
}, async (t) => {
  const scope = makeScope(t)
  // A flock that waits, so that the interleaving is always the same.
  const waits = 'touch waits; while [ ! -e go ]; do sleep 0.01; done'
  const slow = startDaemon(scope, {}, { env: withFlock(scope, waits) })
  await until('the waiting flock', () => existsSync(scope.path('waits')))
  unlinkSync(scope.path('daemon.pid'))
  assertStarted(await startDaemon(scope))
  const pid = readPid(scope)
  writeFileSync(scope.path('go'), '')
  assertAlreadyRunning(await slow, scope, pid)
  assert.deepEqual(scope.processes(), [pid])
})

for (const [what, content] of [
  ['a text', 'precious\n'],
  ['a long number', `${'7'.repeat(40)}\n`],
] as const) {
  test(`a file that is no pid file (${what}) is refused, and left as it is`, async (t) => {
    const scope = makeScope(t)
    writeFileSync(scope.path('daemon.pid'), content)
    const error = readPrintedError((await startDaemon(scope)).stderr)
    assert.equal(error.name, 'InvalidOptionError')
    assert.match(error.message, /^pidFile: '.*' is there, and it is no pid file/)
    assert.equal(scope.read('daemon.pid'), content)
  })
}

test('a link is not followed', async (t) => {
  const scope = makeScope(t)
  writeFileSync(scope.path('target'), '1\n')
  symlinkSync('target', scope.path('daemon.pid'))
  const error = readPrintedError((await startDaemon(scope)).stderr)
  assert.match(error.message, /^pidFile: can't open '.*': it is a symbolic link$/)
  assert.equal(scope.read('target'), '1\n')
})

test('a folder and a FIFO are refused at once', async (t) => {
  const scope = makeScope(t)
  await run(scope, ['mkfifo', 'fifo'])
  for (const pidFile of ['.', 'fifo', '/not/there', '/dev/null']) {
    const error = readPrintedError((await startDaemon(scope, { options: { pidFile } })).stderr)
    assert.match(error.message, /^pidFile: /, pidFile)
    assert.match(error.properties, /code: 'INVALID_OPTION',\n {2}option: 'pidFile'/)
  }
})

test('a daemon that gave up root empties the pid file that it may not remove', { skip: skipUnlessRoot }, async (t) => {
  const scope = makeScope(t)
  writeFileSync(
    scope.path('app.mjs'),
    `import { createDaemon } from '${import.meta.resolve('daemonic')}'
    const d = await createDaemon({ pidFile: '/run/daemonic-test-${process.pid}.pid', user: 'nobody' })`,
  )
  const path = `/run/daemonic-test-${process.pid}.pid`
  t.after(() => unlinkSync(path))
  assert.equal((await run(scope, [process.execPath, 'app.mjs'])).code, 0)
  await until('the end of the daemon', () => scope.processes().length === 0)
  assert.equal(readFileSync(path, 'utf8'), '')
})

test('of 50 concurrent starters one wins, and 49 are told its pid, round after round', async (t) => {
  for (let round = 0; round < often(20); round += 1) {
    const scope = makeScope(t)
    const starters = await Promise.all(
      Array.from({ length: 50 }, () => run(scope, daemonCommand({ options: { startTimeout: '60s' } }))),
    )
    const pid = readPid(scope)
    const [winners, losers] = [starters.filter(({ code }) => code === 0), starters.filter(({ code }) => code !== 0)]
    assert.equal(winners.length, 1)
    for (const winner of winners) assertStarted(winner)
    for (const loser of losers) assertAlreadyRunning(loser, scope, pid)
    assert.deepEqual(scope.processes(), [pid])
    assert.equal((await readFacts(scope)).pid, pid)
    await endAll(scope.mark)
  }
})

test('50 starters and a daemon that leaves: never two at once, and never none', async (t) => {
  const scope = makeScope(t)
  assertStarted(await startDaemon(scope))
  const first = readPid(scope)
  const starters = Array.from({ length: 50 }, () => run(scope, daemonCommand()))
  kill(first)
  await Promise.all(starters)
  const pid = readPid(scope)
  assert.deepEqual(scope.processes(), [pid])
  const targets = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`))
  assert.ok(targets.includes(scope.path('daemon.pid')), 'it holds the file that is there')
})
