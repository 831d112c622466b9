// Kept daemons: what ends is started again, or not, as it was asked for. Real daemons, real ends.
import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { findDaemon, type StartOptions, startDaemon } from 'daemonic'
import { type KeptHome, makeKeptHome } from '../helpers/keeper.ts'
import { skipUnlessRoot } from '../helpers/needs.ts'
import { isAlive, kill, readProc, until, untilGone } from '../helpers/processes.ts'
import { fixture } from '../helpers/run.ts'

const shell = (script: string): string[] => ['sh', '-c', script]
const quick = { backoff: { from: 20, to: 100 } } as const

/** How often a daemon has written this line. */
function count({ folder }: KeptHome, name: string, line: string): number {
  const log = `${folder(name)}/out.log`
  return existsSync(log) ? readFileSync(log, 'utf8').split(`${line}\n`).length - 1 : 0
}

for (const kind of ['command', 'module'] as const) {
  const what = { command: { command: ['sleep', '1000'] }, module: { module: fixture('module'), args: ['stay'] } }[kind]

  test(`a ${kind} that is killed is started again, and how it ended is in the record`, async (t) => {
    const home = makeKeptHome(t)
    const daemon = await startDaemon({ name: 'kept', keep: true, ...quick, ...what })
    const first = daemon.pid as number
    kill(first, 'SIGSEGV')
    const second = await home.running('kept', first)
    await until('the last end', () => home.page('kept')?.last?.signal === 'SIGSEGV')
    const status = await daemon.status()
    assert.equal(status.state, 'running')
    assert.equal(status.pid, second)
    assert.equal(status.restarts, 1)
    assert.equal(status.keep?.tries, 1)
    assert.equal(status.keep?.isWatched, true)
    assert.equal(status.keep?.last?.signal, 'SIGSEGV')
    assert.deepEqual(status.problems, [])
    assert.equal((await daemon.stop()).how, 'clean')
  })

  test(`a kept ${kind} has nothing of its waiter's, and the audit finds nothing amiss but the umask`, async (t) => {
    const home = makeKeptHome(t)
    const { pid } = await startDaemon({ name: 'kept', keep: true, ...what })
    const audit = await home.cli('audit', '--json', String(pid))
    assert.equal(audit.stderr, '')
    const failed = JSON.parse(audit.stdout).items.filter(({ ok }: { ok: boolean }) => !ok)
    assert.deepEqual(
      failed.map(({ name }: { name: string }) => name),
      ['umask'],
    )
    const waiter = Number(
      readProc(pid as number, 'stat')
        .split(') ')[1]
        ?.split(' ')[1],
    )
    assert.match(readProc(waiter, 'cmdline'), /^\/bin\/sh\0-c\0/)
    const uss = [...readProc(waiter, 'smaps_rollup').matchAll(/^Private_.*?(\d+) kB/gm)].reduce(
      (sum, [, kb]) => sum + Number(kb),
      0,
    )
    t.diagnostic(`the waiter has ${uss} KB of its own`)
    assert.ok(uss < 400, `${uss} KB`)
  })
}

/** Starts a command that ends as `script` says the first time, and stays after that; tells whether it was started again. */
async function isRestarted(
  t: Parameters<typeof makeKeptHome>[0],
  script: string,
  options: Partial<StartOptions>,
): Promise<boolean> {
  const home = makeKeptHome(t)
  const file = home.scope.path('was-there')
  const command = shell(`sleep 0.05; [ -e ${file} ] && exec sleep 1000; touch ${file}; ${script}`)
  await startDaemon({ name: 'kept', command, keep: true, ...quick, ...options })
  await until('what comes of it', () => home.page('kept')?.phase === 'down' || (home.state('kept')?.restarts ?? 0) > 0)
  const isAgain = home.page('kept')?.phase !== 'down'
  if (!isAgain) assert.equal((await (await findDaemon('kept'))?.status())?.pid, null)
  return isAgain
}

const ends: [string, string, Partial<StartOptions>, boolean][] = [
  ['exit code 0', 'exit 0', {}, false],
  ['exit code 3', 'exit 3', {}, true],
  ['a signal', 'kill -TERM $$', {}, true],
  ['exit code 0 and always', 'exit 0', { restart: 'always' }, true],
  ['exit code 3 and no', 'exit 3', { restart: 'no' }, false],
  ['an exit code that counts as success', 'exit 3', { success: { exitCodes: [3] } }, false],
  ['a signal that counts as success', 'kill -TERM $$', { success: { signals: ['SIGTERM'] } }, false],
  ['a signal that does not', 'kill -INT $$', { success: { signals: ['SIGTERM'] } }, true],
]
for (const [what, script, options, isAgain] of ends) {
  test(`${what}: it is ${isAgain ? '' : 'not '}started again`, async (t) => {
    assert.equal(await isRestarted(t, script, options), isAgain)
  })
}

test('a crash loop is given up: list, status and wait say so, and start tries again', async (t) => {
  const home = makeKeptHome(t)
  const command = shell('echo here; sleep 0.02; echo oh >&2; exit 7')
  const options = { name: 'loop', command, ...quick, restartLimit: { restarts: 3 } }
  await startDaemon(options)
  const waited = await home.cli('wait', 'loop')
  assert.equal(waited.code, 12)
  assert.equal(waited.stdout, 'loop failed too often, and is given up: it ended last with exit code 7\n')
  assert.equal(count(home, 'loop', 'here'), 4)
  assert.match((await home.cli('list')).stdout, /^loop +given up /m)
  const status = await home.cli('status', 'loop')
  assert.equal(status.code, 1)
  assert.match(status.stdout, /^loop failed too often, and is given up at .*; daemonic start tries again$/m)
  await until('the last output', async () => {
    const { exit } = await ((await findDaemon('loop')) as NonNullable<Awaited<ReturnType<typeof findDaemon>>>).status()
    return exit?.code === 7 && exit.output.endsWith('here\noh')
  })
  await startDaemon(options)
  await until('four more', () => count(home, 'loop', 'here') === 8)
  await home.phase('loop', 'given up')
})

test('the waits of a crash loop: at most 15 starts in a minute are what the first seconds promise', async (t) => {
  const home = makeKeptHome(t)
  const command = shell('echo here $(cut -d " " -f 1 /proc/uptime); sleep 0.01; exit 1')
  await startDaemon({ name: 'loop', command, keep: true })
  await until('four starts', () => (home.state('loop')?.restarts ?? 0) >= 4)
  const log = readFileSync(`${home.folder('loop')}/out.log`, 'utf8')
  const times = [...log.matchAll(/here (\S+)/g)].map(([, time]) => Number(time) * 1000)
  const gaps = times.slice(1).map((time, index) => time - (times[index] as number))
  for (const [index, least] of [100, 200, 400].entries()) assert.ok((gaps[index] as number) >= least, `${gaps}`)
})

test('one that could not be started again is tried again, and why is told', async (t) => {
  const home = makeKeptHome(t)
  const file = home.scope.path('program')
  writeFileSync(file, '#!/bin/sh\nsleep 1000\n', { mode: 0o755 })
  const daemon = await startDaemon({ name: 'kept', command: [file], ...quick, restartLimit: { restarts: 50 } })
  writeFileSync(file, '#!/nowhere/sh\n', { mode: 0o755 })
  kill(daemon.pid as number)
  await until('the reason', () => home.page('kept')?.last?.why?.includes('/nowhere/sh'))
  assert.match(
    (await home.cli('status', 'kept')).stdout,
    /restarted .*the interpreter \/nowhere\/sh, which is not there/,
  )
  writeFileSync(file, '#!/bin/sh\nsleep 1000\n', { mode: 0o755 })
  await home.running('kept', daemon.pid)
  await home.phase('kept', 'running')
})

test('it has the environment of who started it, with the variables of its file as they are now', async (t) => {
  const home = makeKeptHome(t)
  const envFile = home.scope.path('env')
  writeFileSync(envFile, 'FROM_FILE=one\nGOES=away\n')
  home.scope.env['FROM_STARTER'] = 'mine'
  const script = 'echo "starter=$FROM_STARTER file=$FROM_FILE goes=$GOES"; sleep 1000'
  const started = await home.cli(
    'start',
    '--keep',
    '--backoff',
    '20ms..100ms',
    '--name',
    'kept',
    '--env-file',
    envFile,
    '--',
    ...shell(script),
  )
  assert.equal(started.code, 0, started.stderr)
  const first = await home.running('kept')
  writeFileSync(envFile, 'FROM_FILE=two\n')
  kill(first)
  const second = await home.running('kept', first)
  await until('the second line', () => count(home, 'kept', 'starter=mine file=two goes=') === 1)
  // So has what the next keeper starts.
  await home.phase('kept', 'running')
  const keeper = home.keeper() as number
  kill(keeper)
  kill(second)
  await home.running('kept', second)
  await until('the third line', () => count(home, 'kept', 'starter=mine file=two goes=') === 2)
  assert.equal(count(home, 'kept', 'starter=mine file=one goes=away'), 1)
})

test('a log that was moved away, or removed, is made anew by the next start', async (t) => {
  const home = makeKeptHome(t)
  const { pid } = await startDaemon({ name: 'kept', command: shell('echo here; sleep 1000'), ...quick, keep: true })
  await until('the line', () => count(home, 'kept', 'here') === 1)
  await home.cli('--version')
  writeFileSync(home.scope.path('kept-log'), readFileSync(`${home.folder('kept')}/out.log`))
  const { rmSync } = await import('node:fs')
  rmSync(`${home.folder('kept')}/out.log`)
  kill(pid as number)
  await home.running('kept', pid)
  await until('the line in a new log', () => count(home, 'kept', 'here') === 1)
})

test('it is started again as the user that it runs as', { skip: skipUnlessRoot }, async (t) => {
  const home = makeKeptHome(t)
  const { pid } = await startDaemon({ name: 'kept', command: ['sleep', '1000'], user: 'nobody', ...quick, keep: true })
  kill(pid as number)
  const next = await home.running('kept', pid)
  await until('its exit', () => home.page('kept')?.last?.signal === 'SIGKILL')
  assert.match(readProc(next, 'status'), /^Uid:\t65534\t65534\t65534\t65534$/m)
})

test('what was started to be ready later is waited for by its keeper, too', async (t) => {
  const home = makeKeptHome(t)
  const script = 'sleep 0.1; echo >&3; exec 3>&-; sleep 1000'
  const { pid } = await startDaemon({ name: 'kept', command: shell(script), ready: { fd: 3 }, ...quick, keep: true })
  kill(pid as number)
  await home.running('kept', pid)
  assert.ok((home.state('kept')?.readyAfter ?? 0) >= 100)
})

test('what is kept, and what a kept daemon can not have, is told at once', async () => {
  const wrong: [Partial<StartOptions>, RegExp][] = [
    [{ keep: false, restart: 'always' }, /^keep: false says that it is not kept alive, and 'restart' says how$/],
    [{ keep: true, preserveFds: [0] }, /preserveFds/],
    [{ restart: 'sometimes' as 'no' }, /^Expected restart to be 'no' or 'on-failure' or 'always', got "sometimes"$/],
    [{ backoff: { from: '1m' } }, /^Expected backoff.to to be no shorter than 'from', 60000 ms, got 30000$/],
    [{ backoff: { form: 1 } as never }, /^There is no option 'backoff.form'; there are: from, to, factor, jitter$/],
    [{ restartLimit: { restarts: 0 } }, /restartLimit.restarts to be a whole number from 1 to 50/],
    [{ success: { exitCodes: [256] } }, /success.exitCodes\[0\] to be an exit code from 0 to 255/],
    [{ success: { signals: ['SIGNOT' as NodeJS.Signals] } }, /success.signals\[0\]/],
  ]
  for (const [options, message] of wrong) {
    const error = await startDaemon({ name: 'wrong', command: ['true'], ...options }).then(
      () => assert.fail(JSON.stringify(options)),
      (error) => error,
    )
    assert.equal(error.code, 'INVALID_OPTION', error.message)
    assert.match(error.message, message)
  }
})

test('an end that its waiter does not live to see is an end: it is started again', async (t) => {
  const home = makeKeptHome(t)
  const { pid } = await startDaemon({ name: 'kept', command: ['sleep', '1000'], ...quick, keep: true })
  const waiter = Number(
    readProc(pid as number, 'stat')
      .split(') ')[1]
      ?.split(' ')[1],
  )
  kill(waiter)
  await untilGone(waiter)
  assert.ok(isAlive(pid as number))
  kill(pid as number)
  await home.running('kept', pid)
})
