// A start returns when the daemon is ready, by whatever it is known; or it says why not, and nothing is left.
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { findDaemon, type Ready, StartError, StartTimeoutError, startDaemon } from 'daemonic'
import { makeHome } from '../helpers/home.ts'
import { findMarked, isAlive, until } from '../helpers/processes.ts'
import { fixture, projectFile } from '../helpers/run.ts'
import type { Scope } from '../helpers/scope.ts'

const module = fixture('module')

/** A port of the loopback that nobody uses. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** The processes of a test but this one. */
const others = (scope: Scope): number[] => findMarked(scope.mark).filter((pid) => pid !== process.pid)

/** Modules of each kind, that note how often they were evaluated, and that are ready some time after they began. */
const programs: Record<string, { file: string; text: string }> = {
  'a CommonJS module': {
    file: 'a.cjs',
    text: 'note(); const end = Date.now() + 150; while (Date.now() < end); note("end")',
  },
  'an ES module': {
    file: 'a.mjs',
    text: 'note(); const end = Date.now() + 150; while (Date.now() < end); note("end")',
  },
  'an ES module with a top-level await': {
    file: 'a.mjs',
    text: 'note(); await new Promise((go) => setTimeout(go, 150)); note("end")',
  },
  'a TypeScript module with a top-level await': {
    file: 'a.mts',
    text: 'note(); await new Promise<void>((go) => { setTimeout(go, 150) }); note("end")',
  },
  'a TypeScript file of a CommonJS package': {
    file: 'a.cts',
    text: 'note(); const end: number = Date.now() + 150; while (Date.now() < end); note("end")',
  },
}
const note = 'const note = (what = "begin") => console.log(what);'

for (const preload of [false, true]) {
  for (const [what, { file, text }] of Object.entries(programs)) {
    test(`auto: ${what} has run to its end, once${preload ? ', with a preload of the user’s' : ''}`, async (t) => {
      const scope = makeHome(t)
      mkdirSync(scope.path('node_modules'))
      symlinkSync(projectFile('node_modules/tsx'), scope.path('node_modules/tsx'))
      const main = file.endsWith('.mjs') ? 'console.log("main", import.meta.main ?? true);' : ''
      writeFileSync(scope.path(file), `${note} ${text}; ${main} setInterval(() => {}, 1e6)`)
      writeFileSync(scope.path('preload.mjs'), 'await new Promise((go) => setTimeout(go, 50))')
      const env = preload ? { NODE_OPTIONS: `--import ${scope.path('preload.mjs')}` } : {}
      await startDaemon({ name: 'd', module: scope.path(file), env, extendEnv: true })
      const expected = file.endsWith('.mjs') ? 'begin\nend\nmain true\n' : 'begin\nend\n'
      assert.equal(scope.read('home/d/out.log'), expected)
    })
  }
}

test('auto: a module that never runs to its end is late, and told of; ready() is another way out', async (t) => {
  const scope = makeHome(t)
  writeFileSync(scope.path('a.mjs'), 'setInterval(() => {}, 1e6); await new Promise(() => {})')
  await assert.rejects(startDaemon({ name: 'd', module: scope.path('a.mjs'), startTimeout: 500 }), (error) => {
    assert.ok(error instanceof StartTimeoutError)
    assert.match(error.message, /500 ms \(startTimeout\) were over before its code had run to its end.*ready: 'exec'/)
    return true
  })
  assert.deepEqual(others(scope), [])
  const { pid } = await startDaemon({ name: 'd', module: scope.path('a.mjs'), ready: 'exec' })
  assert.ok(isAlive(pid as number))
})

test('manual: when the module says so; its last status is in the error when it does not', async (t) => {
  const scope = makeHome(t)
  const { pid } = await startDaemon({ name: 'd', module, args: ['ready'], ready: 'manual' })
  assert.ok(isAlive(pid as number))
  await assert.rejects(startDaemon({ name: 'e', module, args: ['never'], ready: 'manual', startTimeout: 700 }), {
    code: 'START_TIMEOUT',
    message: /its last status: counting sheep/,
  })
  assert.deepEqual(others(scope), [pid])
})

test('manual is not for commands', async (t) => {
  makeHome(t)
  await assert.rejects(startDaemon({ name: 'd', command: ['sleep', '1'], ready: 'manual' }), {
    code: 'INVALID_OPTION',
    option: 'ready',
  })
})

const port = await freePort()
const sleepThen = (script: string): string[] => ['sh', '-c', `sleep 0.2; echo before; ${script}; exec sleep 1000`]
const server = `require('net').createServer().listen(process.argv[1])`

/** Each way of being ready: what is ready by it, and what never is, with the text of the error. */
const ways: Record<string, { ready: (scope: Scope) => Ready; good: (scope: Scope) => string[]; bad: RegExp }> = {
  'a newline on a descriptor': {
    ready: () => ({ fd: 3 }),
    good: () => sleepThen('echo >&3; exec 3>&-'),
    bad: /no newline was written to descriptor 3/,
  },
  'a newline on the descriptor that the environment names': {
    ready: () => ({ fd: 7 }),
    good: () => sleepThen('eval "echo >&$DAEMONIC_NOTIFY_FD"'),
    bad: /descriptor 7/,
  },
  'a port': {
    ready: () => ({ port }),
    good: () => [process.execPath, '-e', server, String(port)],
    bad: new RegExp(`nothing accepts connections at port ${port}.*ECONNREFUSED`),
  },
  'a port of IPv6': {
    ready: () => ({ port, host: '::1' }),
    good: () => [process.execPath, '-e', server, String(port)],
    bad: /of ::1/,
  },
  'a socket': {
    ready: (scope) => ({ socket: scope.path('sock') }),
    good: (scope) => [process.execPath, '-e', server, scope.path('sock')],
    bad: /nothing accepts connections at .*sock \(ENOENT\)/,
  },
  'an answer by HTTP': {
    ready: () => ({ http: `http://127.0.0.1:${port}/` }),
    good: () => [process.execPath, module, 'http', String(port)],
    bad: /ECONNREFUSED/,
  },
  'a line of its output': {
    ready: () => ({ log: /^ready to (?:serve|go)$/ }),
    good: () => sleepThen('echo not ready to go; printf "ready to "; sleep 0.1; echo go >&2'),
    bad: /no line of its output matched/,
  },
  'a file': { ready: () => ({ file: 'sign' }), good: () => sleepThen('touch sign'), bad: /there is no file .*sign/ },
}

for (const [what, { ready, good, bad }] of Object.entries(ways)) {
  test(`${what}: ready when it comes, and not before; late when it does not`, async (t) => {
    const scope = makeHome(t)
    const options = { name: 'd', ready: ready(scope), workingDir: scope.folder }
    const daemon = await startDaemon({ ...options, command: good(scope) })
    if (good(scope)[0] === 'sh') assert.match(scope.read('home/d/out.log'), /^before$/m)
    assert.ok(isAlive(daemon.pid as number))
    assert.equal((await daemon.status()).state, 'running')
    await daemon.stop()
    if (what === 'a socket') return
    await assert.rejects(
      startDaemon({ ...options, name: 'e', command: ['sh', '-c', 'echo alas; sleep 1000'], startTimeout: 600 }),
      (error) => {
        assert.ok(error instanceof StartTimeoutError)
        if (what === 'a file') assert.match(error.message, /is older than this start/)
        else assert.match(error.message, bad)
        assert.equal(error.output, 'alas')
        return true
      },
    )
    assert.deepEqual(others(scope), [])
  })
}

test('modules are known to be ready in the same ways', async (t) => {
  const scope = makeHome(t)
  const notified = await startDaemon({ name: 'a', module, args: ['notify'], ready: { fd: 3 } })
  const listening = await startDaemon({ name: 'b', module, args: ['http', String(port)], ready: { port } })
  const logged = await startDaemon({ name: 'c', module, args: ['never'], ready: { log: '"never"' } })
  for (const { pid } of [notified, listening, logged]) assert.ok(isAlive(pid as number))
  assert.equal(others(scope).length, 3)
  assert.equal(await (await fetch(`http://127.0.0.1:${port}/`)).text(), 'hello')
})

test('a command that ends before it is ready: its exit code or signal, and the last of its output', async (t) => {
  const scope = makeHome(t)
  for (const [script, expected] of [
    ['echo one; echo two >&2; exit 3', { exitCode: 3, signal: undefined, message: /ended with exit code 3/ }],
    [
      'echo one; echo two >&2; kill -SEGV $$',
      { exitCode: undefined, signal: 'SIGSEGV', message: /was ended by SIGSEGV/ },
    ],
  ] as const) {
    await assert.rejects(
      startDaemon({ name: 'd', command: ['sh', '-c', `sleep 1000 & ${script}`], ready: { port } }),
      (error) => {
        assert.ok(error instanceof StartError)
        assert.deepEqual(
          [error.exitCode, error.signal, error.output, error.step],
          [expected.exitCode, expected.signal, 'one\ntwo', 'run'],
        )
        assert.match(error.message, expected.message)
        return true
      },
    )
    assert.deepEqual(others(scope), [])
    const status = await (await findDaemon('d'))?.status()
    assert.deepEqual(
      [status?.state, status?.exit?.code, status?.exit?.signal],
      ['failed', expected.exitCode ?? null, expected.signal ?? null],
    )
  }
})

test('a half-started tree is ended whole: also who ignores SIGTERM, and who has a session of his own', async (t) => {
  const scope = makeHome(t)
  const script = `trap '' TERM; setsid sh -c "trap '' TERM; sleep 1000; true" & sleep 1000; true`
  await assert.rejects(startDaemon({ name: 'd', command: ['sh', '-c', script], ready: { port }, startTimeout: 500 }), {
    code: 'START_TIMEOUT',
  })
  assert.deepEqual(others(scope), [])
})

test('a port that another program has is no sign of readiness', async (t) => {
  const scope = makeHome(t)
  const taken = createServer().listen(0, '127.0.0.1')
  t.after(() => taken.close())
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port: other } = taken.address() as { port: number }
  await assert.rejects(startDaemon({ name: 'd', command: ['sleep', '1000'], ready: { port: other } }), {
    code: 'START_FAILED',
    message: new RegExp(`another program accepts connections at port ${other} already`),
  })
  assert.deepEqual(others(scope), [])
})

test('verbs wait for the same', async (t) => {
  const scope = makeHome(t)
  const { assertStarted, startDaemon: startFixture, readFacts } = await import('../helpers/daemon.ts')
  assertStarted(await startFixture(scope, { options: { ready: { log: '"facts"' } } }))
  await until('the facts', () => readFacts(scope))
})
