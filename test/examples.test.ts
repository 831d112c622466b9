// The examples run as they stand, and their daemons are whole.
import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { audit, failures, readPid } from './helpers/daemon.ts'
import { until, untilGone } from './helpers/processes.ts'
import { projectFile, type Ran, run } from './helpers/run.ts'
import { end, makeScope, type Scope } from './helpers/scope.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const stripsTypes = major > 22 || (major === 22 && minor >= 18)
const tsx = ['--import', import.meta.resolve('tsx')]

/** Runs an example. Node itself strips types, but knows no decorators. */
function runExample(scope: Scope, name: string, args: string[] = []): Promise<Ran> {
  const flags = stripsTypes && name !== 'decorated' ? [] : tsx
  return run(scope, [process.execPath, ...flags, projectFile(`examples/${name}.ts`), ...args])
}

/** Starts an example, checks that its launcher was silent, and its daemon is one. */
async function start(t: TestContext, name: string, args?: string[]): Promise<{ scope: Scope; pid: number }> {
  const scope = makeScope(t)
  assert.deepEqual(await runExample(scope, name, args), { code: 0, signal: null, stdout: '', stderr: '' })
  const [pid = 0, ...others] = scope.processes()
  assert.deepEqual(others, [])
  if (name !== 'server') assert.deepEqual(failures(await audit(scope, pid)), [])
  return { scope, pid }
}

test('seed-a: the time is in the log', async (t) => {
  const { scope } = await start(t, 'seed-a')
  assert.match(await until('the time', () => scope.read('log_a.txt')), /^\d+(?:\.\d+)?\n$/)
})

test('seed-b: its lines come as they come, and it ends by itself', async (t) => {
  const { scope, pid } = await start(t, 'seed-b')
  assert.equal(readPid(scope, 'b.pid'), pid)
  await until('the first line', () => scope.read('log_b.txt') === 'comecando\n')
  await untilGone(pid)
  assert.equal(scope.read('log_b.txt'), 'comecando\nfim\n')
  assert.throws(() => scope.read('b.pid'), { code: 'ENOENT' })
})

test('decorated: it counts', async (t) => {
  const { scope, pid } = await start(t, 'decorated')
  assert.equal(readPid(scope, 'jobs.pid'), pid)
  await until('the count', () => scope.read('log_jobs.txt').startsWith('1\n2\n'))
})

test('server: it answers when its launcher returns; a second one says why it is not started; SIGTERM ends it', async (t) => {
  const port = String(20_000 + (process.pid % 10_000))
  const { scope, pid } = await start(t, 'server', [port])
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), `process ${pid}\n`)
  const second = await runExample(scope, 'server', [port])
  assert.equal(second.code, 1)
  assert.match(second.stderr, new RegExp(`^AlreadyRunningError: not started: process ${pid} holds the pid file`, 'm'))
  process.kill(pid, 'SIGHUP')
  await until('the reload', () => scope.read('server.log') === 'reloaded\n')
  await end(pid, 'SIGTERM')
  assert.throws(() => scope.read('server.pid'), { code: 'ENOENT' })
})

test('server: a port that is taken is an error of the launcher', async (t) => {
  const port = String(30_000 + (process.pid % 10_000))
  await start(t, 'server', [port])
  const other = makeScope(t)
  const ran = await runExample(other, 'server', [port])
  assert.equal(ran.code, 1)
  assert.match(ran.stderr, /^StartError: The daemon \(pid \d+\) failed in step 'run': listen EADDRINUSE/m)
  assert.deepEqual(other.processes(), [])
})

test('named: it starts a server by name, uses it, and stops it', async (t) => {
  const scope = makeScope(t)
  scope.env['DAEMONIC_HOME'] = scope.path('home')
  const port = String(40_000 + (process.pid % 10_000))
  const ran = await runExample(scope, 'named', [port])
  assert.deepEqual([ran.code, ran.stderr], [0, ''])
  assert.match(
    ran.stdout,
    /^hello runs as process \d+\nhello\n\nIt is running, .*\n {2}listening at port \d+\nStopped \(clean\) after \d+ ms\.\n$/,
  )
  assert.deepEqual(scope.processes(), [])
})

test('greet: the first call starts the service, the second finds it', async (t) => {
  const { scope, ran } = await runClient(t, 'greet', ['Ada'])
  assert.match(ran.stdout, /^Hello, Ada\. You are number 1, says process \d+\.\n$/)
  const again = await runExample(scope, 'greet', ['Grace'])
  assert.match(again.stdout, /^Hello, Grace\. You are number 2, says process \d+\.\n$/)
})

test('format: with its daemon, cold and warm, and without: the same', async (t) => {
  const scope = homeScope(t)
  writeFileSync(scope.path('a.ts'), 'const a  =  {b:1}')
  writeFileSync(scope.path('b.ts'), 'const = ;')
  const runs: Ran[] = []
  for (const env of [{}, {}, { DAEMONIC_IN_PROCESS: '1' }]) {
    Object.assign(scope.env, env)
    runs.push(await runExample(scope, 'format/format', ['a.ts', 'b.ts']))
  }
  for (const { code, stdout, stderr } of runs) {
    assert.deepEqual([code, stdout], [1, 'const a = { b: 1 };\n'])
    assert.match(stderr, /^b\.ts: .*\(1:7\)/)
  }
  const [daemon = '', ...others] = readdirSync(scope.path('home'))
  assert.deepEqual(others, [])
  const pid = Number(scope.read(`home/${daemon}/pid`))
  assert.ok(scope.processes().includes(pid), 'the daemon stays')
})

test('docs/services.md: its programs run as they stand', async (t) => {
  const scope = homeScope(t)
  for (const [, program = ''] of readFileSync(projectFile('docs/services.md'), 'utf8').matchAll(
    /```[jt]s\n(.*?)```/gs,
  )) {
    writeFileSync(scope.path(/^\/\/ (\w+\.\w+)/m.exec(program)?.[1] ?? 'unnamed'), program)
  }
  writeFileSync(scope.path('package.json'), '{ "name": "mytool", "version": "1.0.0", "type": "module" }')
  mkdirSync(scope.path('node_modules'))
  symlinkSync(projectFile('.'), scope.path('node_modules/daemonic'))
  symlinkSync(projectFile('node_modules/tsx'), scope.path('node_modules/tsx'))
  const node = process.execPath
  for (const env of [{}, {}, { DAEMONIC_IN_PROCESS: '1' }]) {
    Object.assign(scope.env, env)
    const typed = await run(scope, [node, ...(stripsTypes ? [] : tsx), scope.path('cli.ts')])
    assert.deepEqual([typed.code, typed.stdout, typed.stderr], [0, '9\n.\n', ''])
    const tool = await run(scope, [node, scope.path('cli.cjs'), 'a', 'b'])
    assert.deepEqual([tool.code, tool.stdout, tool.stderr], [0, `${scope.path('.')}: a b\n`, ''])
  }
})

/** A scope with a home of its own. */
function homeScope(t: TestContext): Scope {
  const scope = makeScope(t)
  scope.env['DAEMONIC_HOME'] = scope.path('home')
  return scope
}

/** Runs an example that is a client of a service. */
async function runClient(t: TestContext, name: string, args: string[]): Promise<{ scope: Scope; ran: Ran }> {
  const scope = homeScope(t)
  const ran = await runExample(scope, name, args)
  assert.deepEqual([ran.code, ran.stderr], [0, ''])
  return { scope, ran }
}
