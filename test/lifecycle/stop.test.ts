// A stop ends all that belongs to a daemon, nothing else, and says when it is over.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { findDaemon, listDaemons, startDaemon } from 'daemonic'
import { makeHome } from '../helpers/home.ts'
import { findMarked, isAlive, readProc, until } from '../helpers/processes.ts'
import { fixture, projectFile, run } from '../helpers/run.ts'
import { end, type Scope } from '../helpers/scope.ts'

const module = fixture('module')

/** The processes of a test but this one. */
const others = (scope: Scope): number[] => findMarked(scope.mark).filter((pid) => pid !== process.pid)

/** Waits until a test has so many processes. */
const untilThere = (scope: Scope, count: number) =>
  until(`${count} processes`, () => others(scope).length === count && others(scope))

/** A child that ignores SIGTERM, and a grandchild of its own session that does; the main process ends at once. */
const family = `(trap '' TERM; while :; do sleep 1000; done) &
setsid sh -c "trap '' TERM; while :; do sleep 1000; done" & exec sleep 1000`

test('the whole tree: a child that ignores SIGTERM, and a grandchild that has a session of its own', async (t) => {
  const scope = makeHome(t)
  const daemon = await startDaemon({ name: 'd', command: ['sh', '-c', family], stopTimeout: 300 })
  await untilThere(scope, 5)
  const stopped = await daemon.stop()
  assert.equal(stopped.how, 'killed')
  assert.equal(stopped.pid, daemon.pid ?? stopped.pid)
  assert.ok(stopped.killed.length >= 2)
  assert.deepEqual(others(scope), [])
  assert.equal((await daemon.status()).state, 'stopped')
  assert.throws(() => scope.read('home/d/pid'), { code: 'ENOENT' })
})

test('an orphan of a session of its own is found by its mark, and one that dropped the mark by its parent', async (t) => {
  const scope = makeHome(t)
  const script = `setsid sh -c 'setsid sleep 1000 & exit 0' & env -i ${scope.mark} setsid sleep 1001 & exec sleep 1000`
  const daemon = await startDaemon({ name: 'd', command: ['sh', '-c', script] })
  await until(
    'all three',
    () => others(scope).filter((pid) => readProc(pid, 'cmdline').startsWith('sleep')).length === 3,
  )
  assert.equal((await daemon.stop()).how, 'clean')
  assert.deepEqual(others(scope), [])
})

test('clean: all ended when they were asked, in less than the grace', async (t) => {
  const scope = makeHome(t)
  const daemon = await startDaemon({ name: 'd', module, args: ['exit on term', '7'] })
  const stopped = await daemon.stop()
  assert.deepEqual([stopped.how, stopped.killed], ['clean', []])
  assert.ok(stopped.took < 5000)
  assert.deepEqual(others(scope), [])
  const { state, exit } = await daemon.status()
  assert.deepEqual([state, exit?.code], ['stopped', 7])
  assert.deepEqual(await daemon.wait(), { code: 7, signal: undefined, stopped: true, givenUp: false })
})

test('the main process is asked alone, so that it can end its children in its own way', async (t) => {
  const scope = makeHome(t)
  const script = `sh -c 'trap "echo child was asked" TERM; while :; do sleep 0.05; done' & child=$!
trap 'echo main was asked; kill -KILL $child; exit 0' TERM; while :; do sleep 0.05; done`
  const daemon = await startDaemon({ name: 'd', command: ['bash', '-c', script], stopTimeout: '30s' })
  await until('the child', () => others(scope).length >= 2)
  assert.equal((await daemon.stop()).how, 'clean')
  assert.equal(scope.read('home/d/out.log'), 'main was asked\n')
})

test('signal, timeout and scope: as declared, or as asked', async (t) => {
  const scope = makeHome(t)
  const script = `trap 'echo hup; exit' HUP; trap 'echo usr1; exit' USR1; while :; do sleep 0.05; done`
  const daemon = await startDaemon({ name: 'd', command: ['bash', '-c', script], stopSignal: 'SIGUSR1' })
  await until('its traps', () => /SigCgt:\s*\S*[1-9a-f]/.test(readProc(daemon.pid as number, 'status')))
  await daemon.stop()
  await startDaemon({ name: 'd', command: ['bash', '-c', script], stopSignal: 'SIGUSR1' })
  await daemon.status()
  await until('its traps', () => /SigCgt:\s*\S*[1-9a-f]/.test(readProc(daemon.pid as number, 'status')))
  await daemon.stop({ signal: 'SIGHUP' })
  assert.equal(scope.read('home/d/out.log'), 'usr1\nhup\n')
  await assert.rejects(daemon.stop({ timeout: 'long' }), { code: 'INVALID_OPTION' })
})

for (const [stopScope, left] of [
  ['main', 2],
  ['group', 1],
  ['tree', 0],
] as const) {
  test(`stopScope ${stopScope} leaves ${left}`, async (t) => {
    const scope = makeHome(t)
    const script = 'sleep 1001 & setsid sleep 1002 & exec sleep 1000'
    const daemon = await startDaemon({ name: 'd', command: ['sh', '-c', script], stopScope })
    await until(
      'all three',
      () => others(scope).filter((pid) => readProc(pid, 'cmdline').startsWith('sleep')).length === 3,
    )
    assert.equal((await daemon.stop()).how, 'clean')
    await until(`${left} left`, () => others(scope).length === left)
    assert.equal((await daemon.status()).state, 'stopped')
  })
}

test('in every state: never started, starting, running, stopped by SIGSTOP, ended, left over, stopped', async (t) => {
  const scope = makeHome(t)
  const daemon = await startDaemon({ name: 'd', module, stopTimeout: '5s' })
  process.kill(daemon.pid as number, 'SIGSTOP')
  assert.equal((await daemon.stop()).how, 'clean')
  assert.deepEqual([(await daemon.stop()).how, (await daemon.stop()).how], ['not running', 'not running'])

  const starting = startDaemon({ name: 's', module, args: ['never'], ready: 'manual' })
  starting.catch(() => {})
  await until(
    'a half-started daemon',
    () => others(scope).length === 1 && /"phase":"starting"/.test(read(scope, 'home/s/state.json')),
  )
  assert.notEqual((await (await findDaemon('s'))?.stop())?.how, 'not running')
  await assert.rejects(starting, { code: 'START_FAILED' })

  const ended = await startDaemon({ name: 'e', module, args: ['exit after', '0'] })
  await ended.wait()
  assert.equal((await ended.stop()).how, 'not running')

  const orphans = await startDaemon({ name: 'o', command: ['sh', '-c', 'sleep 1001 & exec sleep 1000'] })
  await until('two', () => others(scope).length === 2)
  await end(orphans.pid as number)
  assert.match((await orphans.status()).problems.join(), /its main process is gone, and \d+ are left of it/)
  assert.equal((await orphans.stop()).how, 'clean')
  assert.deepEqual(others(scope), [])
})

test('what an earlier life left behind is ended before the next begins', async (t) => {
  const scope = makeHome(t)
  const daemon = await startDaemon({ name: 'd', command: ['sh', '-c', 'setsid sleep 1001 & exec sleep 1000'] })
  await until('two', () => others(scope).length === 2)
  await end(daemon.pid as number)
  const next = await startDaemon({ name: 'd', command: ['sleep', '1000'] })
  assert.deepEqual(
    others(scope).filter((pid) => readProc(pid, 'cmdline').startsWith('sleep')),
    [next.pid],
  )
})

test('from many at once: it is asked once, all wait for its end', async (t) => {
  const scope = makeHome(t)
  writeFileSync(
    scope.path('slow.mjs'),
    `process.on('SIGTERM', () => { console.log('asked'); setTimeout(() => process.exit(0), 300) }); setInterval(() => {}, 1e6)`,
  )
  const daemon = await startDaemon({ name: 'd', module: scope.path('slow.mjs') })
  const all = await Promise.all(Array.from({ length: 10 }, async () => (await findDaemon('d'))?.stop()))
  assert.ok(all.every((stopped) => stopped?.how === 'clean' || stopped?.how === 'not running'))
  assert.equal(scope.read('home/d/out.log'), 'asked\n')
  assert.ok(!isAlive(daemon.pid ?? 0))
})

test('from inside: the command that stops its own daemon lives to say so, and starts it again', async (t) => {
  const scope = makeHome(t)
  writeFileSync(
    scope.path('inner.mjs'),
    `import { findDaemon } from 'daemonic'
    const daemon = await findDaemon('d'); await daemon.restart(); console.log('restarted', daemon.pid)`,
  )
  writeFileSync(
    scope.path('outer.mjs'),
    `import { spawn } from 'node:child_process'
    if (process.env.ONCE === undefined) spawn(process.execPath, [${JSON.stringify(scope.path('inner.mjs'))}], { stdio: 'inherit', env: { ...process.env, ONCE: '1' } })
    setInterval(() => {}, 1e6)`,
  )
  mkdirSync(scope.path('node_modules'))
  symlinkSync(projectFile('.'), scope.path('node_modules/daemonic'))
  const first = await startDaemon({ name: 'd', module: scope.path('outer.mjs') })
  const pid = await until('the restart from inside', () => /restarted (\d+)/.exec(read(scope, 'home/d/out.log'))?.[1])
  assert.notEqual(Number(pid), first.pid)
  assert.ok(isAlive(Number(pid)))
  assert.equal((await (await findDaemon('d'))?.status())?.restarts, 1)
})

test('what a daemon starts by name is no part of it', async (t) => {
  const scope = makeHome(t)
  const outer = `import { startDaemon } from 'daemonic'; await startDaemon({ name: 'inner', command: ['sleep', '1000'] }); setInterval(() => {}, 1e6)`
  writeFileSync(scope.path('outer.mjs'), outer)
  mkdirSync(scope.path('node_modules'))
  symlinkSync(projectFile('.'), scope.path('node_modules/daemonic'))
  const daemon = await startDaemon({ name: 'outer', module: scope.path('outer.mjs') })
  await daemon.stop()
  const inner = await findDaemon('inner')
  assert.ok(isAlive(inner?.pid as number))
  assert.equal((await inner?.stop())?.how, 'clean')
})

test('a daemon can’t stop itself by its name', async (t) => {
  const scope = makeHome(t)
  const script = `import { createDaemon, findDaemon } from 'daemonic'; await createDaemon({ name: 'd', stderr: 'err.log' }); await (await findDaemon('d')).stop()`
  await run(scope, [process.execPath, '--input-type=module', '-e', script], { cwd: projectFile('.') })
  t.after(() => rmSync(projectFile('err.log'), { force: true }))
  const daemon = await findDaemon('d')
  await daemon?.wait()
  assert.match((await daemon?.status())?.exit?.output ?? '', /d is this process: a daemon ends by returning/)
})

test('signals: reload is SIGHUP, others by name, nobody when it is not running', async (t) => {
  const scope = makeHome(t)
  const script = `for s in HUP USR2; do trap "echo $s" $s; done; echo set; while :; do sleep 0.05; done`
  const daemon = await startDaemon({ name: 'd', command: ['bash', '-c', script], ready: { log: /^set$/ } })
  await daemon.reload()
  await until('HUP', () => scope.read('home/d/out.log').includes('HUP'))
  await daemon.signal('SIGUSR2')
  await until('USR2', () => scope.read('home/d/out.log').includes('USR2'))
  await assert.rejects(daemon.signal('SIGNOTHING' as 'SIGHUP'), { code: 'INVALID_OPTION' })
  await daemon.stop()
  await assert.rejects(daemon.reload(), { code: 'NOT_RUNNING', message: /^d is not running/ })
})

test('a stranger’s process is left alone, and said to be so', {
  skip: process.getuid?.() !== 0 && 'needs root',
}, async (t) => {
  const scope = makeHome(t)
  const daemon = await startDaemon({ name: 'd', command: ['sleep', '1000'] })
  const script = `process.seteuid(65534); import('daemonic')
    .then(async ({ findDaemon }) => (await findDaemon('d')).stop()).catch((error) => console.log(error.code))`
  const { stdout } = await run(scope, [process.execPath, '-e', script], { cwd: projectFile('.') })
  assert.match(stdout, /^(?:HOME_UNSAFE|EACCES)\n$/)
  assert.ok(isAlive(daemon.pid as number))
})

test('forget removes all of a name, and refuses while it runs', async (t) => {
  const scope = makeHome(t)
  const daemon = await startDaemon({ name: 'd', command: ['sleep', '1000'] })
  await assert.rejects(daemon.forget(), { code: 'ALREADY_RUNNING', message: /^d is running \(pid \d+\): stop it/ })
  await daemon.stop()
  await daemon.forget()
  assert.equal(await findDaemon('d'), undefined)
  assert.deepEqual(await listDaemons(), [])
  assert.deepEqual(readdirSync(scope.path('home')), [])
  await assert.rejects(daemon.status(), { code: 'NOT_FOUND' })
})

test('wait: until the end, from many at once, and until it is told to end', async (t) => {
  makeHome(t)
  const daemon = await startDaemon({ name: 'd', module })
  const waits = Array.from({ length: 5 }, () => daemon.wait())
  await assert.rejects(daemon.wait({ signal: AbortSignal.timeout(50) }), { name: 'AbortError' })
  await daemon.stop()
  for (const ended of await Promise.all(waits))
    assert.deepEqual(ended, { code: undefined, signal: undefined, stopped: true, givenUp: false })
})

test('this process stays as it is: its children, its listeners, its output, its working directory', async (t) => {
  const scope = makeHome(t)
  const script = `import { startDaemon } from 'daemonic'
    const before = JSON.stringify([process.eventNames(), process.cwd(), process.umask(), process.env])
    const daemon = await startDaemon({ name: 'd', command: ['sleep', '1000'], umask: 0, workingDir: '/', ready: { file: '/proc/self/stat' } }).catch(() => undefined)
    const other = await startDaemon({ name: 'e', module: ${JSON.stringify(module)} })
    await other.stop()
    await new Promise((turn) => setTimeout(turn, 1))
    console.log(JSON.stringify([process.eventNames(), process.cwd(), process.umask(), process.env]) === before, process.getActiveResourcesInfo().filter((name) => !/TTY|Pipe|File/.test(name)))`
  const ran = await run(scope, [process.execPath, '--input-type=module', '-e', script], { cwd: projectFile('.') })
  assert.deepEqual({ ...ran }, { code: 0, signal: null, stdout: 'true []\n', stderr: '' })
})

/** Reads a file of the test; '' when it is not there yet. */
function read(scope: Scope, path: string): string {
  try {
    return scope.read(path)
  } catch {
    return ''
  }
}

test('what can’t be started again is not stopped', async (t) => {
  const scope = makeHome(t)
  writeFileSync(scope.path('job'), '#!/bin/sh\nexec sleep 1000\n', { mode: 0o755 })
  const daemon = await startDaemon({ name: 'd', command: [scope.path('job')] })
  rmSync(scope.path('job'))
  await assert.rejects(daemon.restart(), { code: 'START_FAILED', step: 'exec' })
  assert.ok(isAlive(daemon.pid as number))
})

test('a folder that was copied is another daemon; one that is reached by a link is the same', async (t) => {
  const scope = makeHome(t)
  const daemon = await startDaemon({ name: 'a', command: ['sleep', '1000'] })
  cpSync(scope.path('home/a'), scope.path('home/b'), { recursive: true })
  const copy = await findDaemon('b')
  assert.equal((await copy?.stop())?.how, 'not running')
  assert.ok(isAlive(daemon.pid as number))
  symlinkSync(scope.folder, scope.path('link'))
  process.env['DAEMONIC_HOME'] = scope.path('link/home')
  assert.equal((await startDaemon({ name: 'a', command: ['sleep', '1000'] })).pid, daemon.pid)
  assert.equal((await (await findDaemon('a'))?.stop())?.how, 'clean')
})
