// What is started by name: a module as itself, a command with nothing of ours beside it, both found again.
import assert from 'node:assert/strict'
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { test } from 'node:test'
import { findDaemon, listDaemons, SpecDiffersError, StartError, startDaemon } from 'daemonic'
import { audit, failures } from '../helpers/daemon.ts'
import { makeHome } from '../helpers/home.ts'
import { findMarked, isAlive, readProc, until } from '../helpers/processes.ts'
import { fixture, projectFile, run, runFixture } from '../helpers/run.ts'
import { end, type Scope } from '../helpers/scope.ts'

const module = fixture('module')

/** What the fixture said of itself when it was started for the last time. */
const saidBy = (scope: Scope, name = 'd') =>
  until(`what ${name} said`, () => {
    const lines = scope
      .read(`home/${name}/out.log`)
      .trim()
      .split('\n')
      .filter((line) => line.startsWith('{'))
    return lines.length > 0 && JSON.parse(lines.at(-1) ?? '')
  })

test('a module runs as itself: one process, its arguments, its log, a whole daemon', async (t) => {
  const scope = makeHome(t)
  const daemon = await startDaemon({ name: 'd', module, args: ['stay', '--help'], workingDir: '/', umask: 0 })
  const said = await saidBy(scope)
  assert.deepEqual(
    { pid: said.pid, args: said.args, cwd: said.cwd, umask: said.umask },
    { pid: daemon.pid, args: ['stay', '--help'], cwd: '/', umask: 0 },
  )
  assert.deepEqual(
    findMarked(scope.mark).filter((pid) => pid !== process.pid),
    [daemon.pid],
  )
  assert.deepEqual(failures(await audit(scope, daemon.pid as number)), [])
  assert.equal(scope.read('home/d/pid'), `${daemon.pid}\n`)
  assert.equal(daemon.wasRunning, false)
})

test('a module is started by a file: URL, and by a path relative to its working directory', async (t) => {
  const scope = makeHome(t)
  writeFileSync(
    scope.path('my own.mjs'),
    'console.log(JSON.stringify({ url: import.meta.url })); setInterval(() => {}, 1e6)',
  )
  const byUrl = await startDaemon({ name: 'a', module: new URL(`file://${scope.folder}/my%20own.mjs`) })
  const byPath = await startDaemon({ name: 'b', module: 'my own.mjs', workingDir: scope.folder })
  for (const { name } of [byUrl, byPath]) assert.match((await saidBy(scope, name)).url, /my%20own\.mjs$/)
})

test('a command has nothing of ours beside it, and is a whole daemon', async (t) => {
  const scope = makeHome(t)
  const daemon = await startDaemon({ name: 'd', command: ['sleep', '1000'], args: ['1'], umask: 0 })
  assert.equal(readProc(daemon.pid as number, 'cmdline'), 'sleep\x001000\x001\0')
  await until('the end of what started it', () => others(scope).length === 1)
  assert.deepEqual(others(scope), [daemon.pid])
  assert.deepEqual(failures(await audit(scope, daemon.pid as number)), [])
  assert.deepEqual(openDescriptors(daemon.pid as number), ['0', '1', '2'])
})

test('a command has the default disposition of every signal, also of those that our parent ignores', async (t) => {
  const scope = makeHome(t)
  const { pid } = await startDaemon({ name: 'd', command: ['sh', '-c', 'exec sleep 1000'] })
  const status = readProc(pid as number, 'status')
  assert.match(status, /^SigIgn:\s*0+$/m)
  assert.match(status, /^SigBlk:\s*0+$/m)
  assert.ok(isAlive(pid as number))
  assert.equal(scope.read('home/d/pid'), `${pid}\n`)
})

test('descriptors: none of ours in a daemon’s children, nor in those of a module', async (t) => {
  const scope = makeHome(t)
  const script = scope.path('parent.mjs')
  writeFileSync(script, "import { spawn } from 'node:child_process'\nspawn('sleep', ['1000'], { stdio: 'inherit' })")
  await startDaemon({ name: 'm', module: script })
  await startDaemon({ name: 'c', command: ['sh', '-c', 'sleep 1000; true'] })
  const sleeps = await until('both sleeps', () => {
    const pids = others(scope).filter((pid) => readProc(pid, 'cmdline').startsWith('sleep'))
    return pids.length === 2 && pids
  })
  for (const pid of sleeps) assert.deepEqual(openDescriptors(pid), ['0', '1', '2'])
})

test('the same again is left as it is; other options are an error that tells the difference, but not a secret', async (t) => {
  makeHome(t)
  const spec = { name: 'd', module, args: ['stay'], env: { SECRET: 'hush-1' }, extendEnv: true }
  const first = await startDaemon(spec)
  const second = await startDaemon({ ...spec })
  assert.deepEqual([second.pid, second.wasRunning], [first.pid, true])
  await assert.rejects(
    startDaemon({ ...spec, args: ['stay', 'on'], env: { SECRET: 'hush-2', MORE: 'hush-3' } }),
    (error) => {
      assert.ok(error instanceof SpecDiffersError)
      assert.deepEqual(error.differences.map(({ option }) => option).sort(), ['args', 'env MORE', 'env SECRET'])
      assert.doesNotMatch(JSON.stringify(error) + error.message, /hush/)
      assert.match(error.message, /restart/)
      return true
    },
  )
  assert.equal((await findDaemon('d'))?.pid, first.pid)
})

test('what differs only in how it is written is the same', async (t) => {
  makeHome(t)
  const first = await startDaemon({ name: 'd', module, stopTimeout: '10s', ready: { log: /pid/ }, umask: '022' })
  const second = await startDaemon({ name: 'd', module, stopTimeout: 10_000, ready: { log: /pid/g }, umask: 0o22 })
  assert.equal(second.pid, first.pid)
  await assert.rejects(startDaemon({ name: 'd', module, ready: { log: /pid/i } }), { code: 'SPEC_DIFFERS' })
})

test('twenty at once: one process, and all are told of it', async (t) => {
  const scope = makeHome(t)
  for (const what of [{ module }, { command: ['sleep', '1000'] }]) {
    const name = Object.keys(what)[0] as string
    const all = await Promise.all(Array.from({ length: 20 }, () => startDaemon({ name, ...what })))
    assert.equal(new Set(all.map(({ pid }) => pid)).size, 1)
    assert.equal(all.filter(({ wasRunning }) => !wasRunning).length, 1)
    assert.ok(isAlive(all[0]?.pid as number))
  }
  await until('the end of all but two', () => others(scope).length === 2)
})

const unstartable: Record<
  string,
  { make?: (path: string) => void; command?: string[]; code: string; message: RegExp }
> = {
  'no such program': {
    command: ['no-such-program-here'],
    code: 'ENOENT',
    message: /no-such-program-here: there is no such program on PATH \(ENOENT\)/,
  },
  'no such file': { code: 'ENOENT', message: /file: there is no such program \(ENOENT\)/ },
  'may not be executed': {
    make: (path) => writeFileSync(path, '#!/bin/sh\n', { mode: 0o644 }),
    code: 'EACCES',
    message: /may not be executed: chmod \+x/,
  },
  'a folder': { make: (path) => mkdirSync(path), code: 'EACCES', message: /may not be executed/ },
  'no program': {
    make: (path) => writeFileSync(path, Buffer.from([1, 2, 0, 3]), { mode: 0o755 }),
    code: 'ENOEXEC',
    message: /is no program that this system can run/,
  },
  'an empty file': {
    make: (path) => writeFileSync(path, '', { mode: 0o755 }),
    code: 'ENOEXEC',
    message: /is no program/,
  },
  'a bad interpreter': {
    make: (path) => writeFileSync(path, '#!/no/such/sh -e\n', { mode: 0o755 }),
    code: 'ENOENT',
    message: /interpreter \/no\/such\/sh, which is not there/,
  },
  'Windows line ends': {
    make: (path) => writeFileSync(path, '#!/bin/sh\r\ntrue\r\n', { mode: 0o755 }),
    code: 'ENOENT',
    message: /carriage return/,
  },
}

for (const [what, { make, command, code, message }] of Object.entries(unstartable)) {
  test(`a command that can't be started: ${what}`, async (t) => {
    const scope = makeHome(t)
    make?.(scope.path('file'))
    await assert.rejects(startDaemon({ name: 'd', command: command ?? [scope.path('file')] }), (error) => {
      assert.ok(error instanceof StartError)
      assert.equal(error.step, 'exec')
      assert.equal((error.cause as NodeJS.ErrnoException).code, code)
      assert.match(error.message, message)
      return true
    })
    assert.deepEqual(others(scope), [])
    assert.equal(await findDaemon('d'), undefined)
  })
}

test('what only the kernel knows is exact, too: a program that its user may not execute', {
  skip: process.getuid?.() !== 0 && 'needs root',
}, async (t) => {
  const scope = makeHome(t)
  writeFileSync(scope.path('mine'), '#!/bin/sh\nsleep 1000\n', { mode: 0o700 })
  chmodSync(scope.folder, 0o755)
  await assert.rejects(startDaemon({ name: 'd', command: [scope.path('mine')], user: 'nobody' }), (error) => {
    assert.ok(error instanceof StartError)
    assert.deepEqual([error.step, (error.cause as NodeJS.ErrnoException).code], ['exec', 'EACCES'])
    return true
  })
  assert.deepEqual(others(scope), [])
})

test('a module that is not there, and one that throws', async (t) => {
  const scope = makeHome(t)
  await assert.rejects(startDaemon({ name: 'd', module: '/no/such.mjs' }), { code: 'START_FAILED', step: 'module' })
  await assert.rejects(startDaemon({ name: 'd', module, args: ['throw'] }), (error) => {
    assert.ok(error instanceof StartError)
    assert.deepEqual([error.step, error.exitCode], ['module', 1])
    assert.equal((error.cause as Error).message, 'the reason')
    assert.match(error.output, /at .*module\.js/)
    return true
  })
  assert.deepEqual(others(scope), [])
  const status = await (await findDaemon('d'))?.status()
  assert.equal(status?.state, 'failed')
  assert.equal(status?.exit?.code, 1)
})

test('the exit of a module is recorded, with the last that it wrote', async (t) => {
  makeHome(t)
  const daemon = await startDaemon({ name: 'd', module, args: ['throw after'] })
  assert.deepEqual(await daemon.wait(), { code: 1, signal: undefined, stopped: false, givenUp: false })
  const status = await daemon.status()
  assert.deepEqual([status.state, status.exit?.code, status.pid], ['died', 1, null])
  assert.match(status.exit?.output ?? '', /the last line\n[\s\S]*Error: the reason/)
  const good = await startDaemon({ name: 'e', module, args: ['exit after', '0'] })
  await good.wait()
  assert.equal((await good.status()).state, 'ended')
  const killed = await startDaemon({ name: 'k', module })
  await end(killed.pid as number)
  assert.deepEqual([(await killed.status()).state, (await killed.wait()).code], ['died', undefined])
})

test('the exit of a command is nobody’s to know', async (t) => {
  makeHome(t)
  const daemon = await startDaemon({ name: 'd', command: ['sh', '-c', 'sleep 0.2; exit 3'] })
  assert.deepEqual(await daemon.wait(), { code: undefined, signal: undefined, stopped: false, givenUp: false })
  const status = await daemon.status()
  assert.equal(status.state, 'died')
  assert.deepEqual(status.problems, ['ended, exit unknown'])
})

test('environment: the launcher’s without its session’s; added to; replaced; from a file that is read at each start', async (t) => {
  const scope = makeHome(t)
  Object.assign(process.env, { FROM_LAUNCHER: 'yes', SHLVL: '3' })
  t.after(() => delete process.env['FROM_LAUNCHER'])
  const envFile = scope.path('.env')
  writeFileSync(envFile, 'IN_FILE=1\nBOTH=file\n')
  await startDaemon({ name: 'a', module, env: { BOTH: 'given', FROM_LAUNCHER: undefined }, extendEnv: true, envFile })
  const a = (await saidBy(scope, 'a')).env
  assert.deepEqual(
    [a.IN_FILE, a.BOTH, a.FROM_LAUNCHER, a.SHLVL, a.PATH],
    ['1', 'given', undefined, undefined, process.env['PATH']],
  )
  await startDaemon({ name: 'b', module, env: { ONLY: 'this', DAEMONIC_TEST: process.env['DAEMONIC_TEST'] } })
  assert.deepEqual(Object.keys((await saidBy(scope, 'b')).env).sort(), ['DAEMONIC_INSTANCE', 'DAEMONIC_TEST', 'ONLY'])
  writeFileSync(envFile, 'IN_FILE=2\n')
  await (await findDaemon('a'))?.restart()
  await until('the second start', async () => (await saidBy(scope, 'a')).env.IN_FILE === '2')
})

test('secrets: values of the environment are stored only when they were given, and privately', async (t) => {
  const scope = makeHome(t)
  Object.assign(process.env, { INHERITED_SECRET: 'hush-inherited' })
  t.after(() => delete process.env['INHERITED_SECRET'])
  writeFileSync(scope.path('.env'), 'FILE_SECRET=hush-file\n')
  writeFileSync(scope.path('quiet.mjs'), 'setInterval(() => {}, 1e6)')
  const started = await startDaemon({
    name: 'd',
    module: scope.path('quiet.mjs'),
    env: { GIVEN: 'hush-given' },
    extendEnv: true,
    envFile: scope.path('.env'),
  })
  const files = ['record.json', 'state.json', 'lock', 'pid', 'out.log']
    .map((name) => readFileSync(scope.path(`home/d/${name}`), 'utf8'))
    .join()
  assert.doesNotMatch(files, /hush-inherited|hush-file/)
  assert.match(files, /hush-given/)
  assert.doesNotMatch(JSON.stringify(await started.status()), /hush/)
  assert.deepEqual((await started.status()).env, ['GIVEN'])
})

test('a module may say what it is by currentDaemon(), and can’t become a daemon twice', async (t) => {
  const scope = makeHome(t)
  await assert.rejects(startDaemon({ name: 'd', module, args: ['twice'] }), (error) => {
    assert.equal(((error as Error).cause as { code?: string }).code, 'ALREADY_A_DAEMON')
    return true
  })
  assert.deepEqual(others(scope), [])
})

test('npm as a command is warned of', async (t) => {
  const scope = makeHome(t)
  mkdirSync(scope.path('bin'))
  for (const name of ['npm', 'yarn', 'pnpm']) {
    symlinkSync('/bin/sleep', scope.path(`bin/${name}`))
    const daemon = await startDaemon({ name, command: [scope.path(`bin/${name}`), '1000'] })
    assert.match(daemon.warnings.join(), new RegExp(`^${name} passes signals on late or not at all`))
  }
  assert.deepEqual((await startDaemon({ name: 's', command: ['sleep', '1000'] })).warnings, [])
})

const stripsTypes = Boolean((process.features as { typescript?: unknown }).typescript)

test('TypeScript: by Node itself, or by the tsx of the module’s project; without it, an error says so', async (t) => {
  const scope = makeHome(t)
  const file = scope.path('job.ts')
  writeFileSync(
    file,
    'const text: string = "typed"\nconsole.log(JSON.stringify({ text }))\nsetInterval(() => {}, 1e6)\n',
  )
  if (!stripsTypes) {
    await assert.rejects(startDaemon({ name: 'd', module: file }), /can't run .*job\.ts: install tsx beside it/)
    mkdirSync(scope.path('node_modules'))
    symlinkSync(projectFile('node_modules/tsx'), scope.path('node_modules/tsx'))
  }
  await startDaemon({ name: 'd', module: file })
  assert.equal((await saidBy(scope)).text, 'typed')
})

test('createDaemon({ name }) is found, stopped, refused when it runs, and run again by restart', async (t) => {
  const scope = makeHome(t)
  const argument = JSON.stringify({
    verb: 'createDaemon',
    options: { name: 'd', stdout: 'out.log', stopTimeout: '5s' },
  })
  assert.equal((await runFixture(scope, 'daemon', [argument])).code, 0)
  const daemon = await findDaemon('d')
  const first = daemon?.pid as number
  assert.ok(isAlive(first))
  assert.deepEqual(failures(await audit(scope, first)), [])
  const again = await runFixture(scope, 'daemon', [argument])
  assert.equal(again.code, 1)
  assert.match(again.stderr, new RegExp(`not started: process ${first} is the daemon 'd' already`))
  const status = await daemon?.status()
  assert.deepEqual([status?.kind, status?.state, status?.stop.timeout], ['program', 'running', 5000])
  await assert.rejects(startDaemon({ name: 'd', module }), { code: 'SPEC_DIFFERS' })
  await daemon?.restart()
  assert.notEqual(daemon?.pid, first)
  assert.ok(isAlive(daemon?.pid as number))
  assert.ok(!isAlive(first))
  assert.equal((await daemon?.stop())?.how, 'clean')
  assert.deepEqual(others(scope), [])
})

test('the other verbs register under a name, too', async (t) => {
  const scope = makeHome(t)
  for (const verb of ['daemonizeFunc', 'daemonize', 'decorated']) {
    assert.equal((await runFixture(scope, 'daemon', [JSON.stringify({ verb, options: { name: verb } })])).code, 0)
  }
  assert.deepEqual(
    (await listDaemons()).map(({ name }) => name),
    ['daemonize', 'daemonizeFunc', 'decorated'],
  )
  for (const daemon of await listDaemons()) assert.equal((await daemon.stop()).how, 'clean')
})

test('a program that gives itself a name and fails is ended whole: also who has a session of his own', async (t) => {
  const scope = makeHome(t)
  const script = `import { spawn } from 'node:child_process'
    import { createDaemon } from 'daemonic'
    await createDaemon({ name: 'd', ready: 'manual', startTimeout: 500 })
    spawn('sleep', ['1000'], { detached: true, stdio: 'ignore' })`
  const { code, stderr } = await run(scope, [process.execPath, '--input-type=module', '-e', script], {
    cwd: projectFile('.'),
  })
  assert.equal(code, 1)
  assert.match(stderr, /d \(pid \d+\) was ended: 500 ms \(startTimeout\) were over before it was ready/)
  assert.deepEqual(others(scope), [])
  assert.equal((await (await findDaemon('d'))?.status())?.state, 'failed')
})

test('a program that ends in the middle of a start takes it along; its name is free', async (t) => {
  const scope = makeHome(t)
  const script = `import { startDaemon } from 'daemonic'
    startDaemon({ name: 'd', module: ${JSON.stringify(module)}, args: ['never'], ready: 'manual' })
    setTimeout(() => process.exit(5), 400)`
  const { code } = await run(scope, [process.execPath, '--input-type=module', '-e', script], { cwd: projectFile('.') })
  assert.equal(code, 5)
  await until('the end of the half-started daemon', () => others(scope).length === 0)
  const daemon = await startDaemon({ name: 'd', module })
  assert.ok(isAlive(daemon.pid as number))
})

test('the interpreter is looked up at each start: a Node that is gone by the restart is no hindrance', async (t) => {
  const scope = makeHome(t)
  copyFileSync(process.execPath, scope.path('node-old'))
  const script = `import { startDaemon } from 'daemonic'
    await startDaemon({ name: 'd', module: ${JSON.stringify(module)} })`
  await run(scope, [scope.path('node-old'), '--input-type=module', '-e', script], { cwd: projectFile('.') })
  rmSync(scope.path('node-old'))
  const daemon = await findDaemon('d')
  assert.match((await daemon?.status())?.problems.join() ?? '', /was removed/)
  await daemon?.restart()
  assert.equal((await daemon?.status())?.interpreter?.path, process.execPath)
  await daemon?.stop()
})

/** The processes of a test but this one. */
function others(scope: Scope): number[] {
  return findMarked(scope.mark).filter((pid) => pid !== process.pid)
}

/** The numbers of the open descriptors of a process. */
function openDescriptors(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).sort()
}
