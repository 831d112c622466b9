// However a program was started, it is run again in the same way.
import assert from 'node:assert/strict'
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { assertStarted, audit, failures, readPid } from '../helpers/daemon.ts'
import { readPrintedError } from '../helpers/printed-error.ts'
import { until } from '../helpers/processes.ts'
import { projectFile, type RunOptions, run } from '../helpers/run.ts'
import { makeScope, type Scope } from '../helpers/scope.ts'

const node = process.execPath
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
const noStripping = major > 22 || (major === 22 && minor >= 18) ? false : 'this Node does not strip types'
const noRequireOfModules =
  major > 22 || (major === 20 && minor >= 19) || (major === 22 && minor >= 12)
    ? false
    : 'this Node can not require() modules'
const options = `{ stdout: 'out.log', stderr: 'out.log', pidFile: 'daemon.pid' }`
const stay = `console.log(['argv', JSON.stringify(process.argv.slice(2)), JSON.stringify(process.execArgv)].join('|')); setInterval(() => {}, 60000)`
const javascript = `console.log('before the call'); await createDaemon(${options}); ${stay}`
const typescript = `import { createDaemon, type DaemonContext } from 'daemonic'
console.log('before the call')
const daemon: DaemonContext = await createDaemon(${options})
${stay}`

/** Makes a folder with a program in it, in which daemonic and tsx are installed. */
function makeProject(t: TestContext, files: Record<string, string>): Scope {
  const scope = makeScope(t)
  mkdirSync(scope.path('node_modules'))
  symlinkSync(projectFile('.'), scope.path('node_modules/daemonic'))
  for (const name of ['tsx', '.bin'])
    symlinkSync(projectFile(`node_modules/${name}`), scope.path(`node_modules/${name}`))
  for (const [name, text] of Object.entries(files)) writeFileSync(scope.path(name), text)
  return scope
}

/** Runs a command, and checks the daemon that comes of it: all of daemon(7), and the same arguments. */
async function check(scope: Scope, command: string[], argv: string[], runOptions?: RunOptions): Promise<string> {
  assertStarted(await run(scope, command, runOptions))
  const line = await until(
    'the line of the daemon',
    () => /^argv\|(.*?)\|(.*)$/m.exec(scope.read('out.log')) ?? undefined,
  )
  assert.equal(line[1], JSON.stringify(argv))
  assert.deepEqual(failures(await audit(scope, readPid(scope))), [])
  assert.equal(scope.read('out.log').match(/^argv\|/gm)?.length, 1)
  return line[2] ?? ''
}

const module_ = { 'app.mjs': `import { createDaemon } from 'daemonic'; ${javascript}` }

test('node app.mjs, with arguments that a shell would take apart', async (t) => {
  const words = ['--port', '80 80', '$(x)', "it's", '', 'ünï', '*']
  assert.equal(await check(makeProject(t, module_), [node, 'app.mjs', ...words], words), '[]')
})

test('node app.mjs, in a folder whose name a shell would take apart', async (t) => {
  const scope = makeProject(t, {})
  const odd = `it's $(a) "folder" with ünïcode`
  mkdirSync(scope.path(odd))
  writeFileSync(scope.path(`${odd}/app.mjs`), module_['app.mjs'])
  await check(scope, [node, scope.path(`${odd}/app.mjs`)], [])
})

test('node --import tsx app.ts', async (t) => {
  const scope = makeProject(t, { 'app.mts': typescript })
  assert.equal(await check(scope, [node, '--import', 'tsx', 'app.mts', 'x'], ['x']), '["--import","tsx"]')
})

test('npx tsx app.ts', async (t) => {
  const scope = makeProject(t, { 'app.mts': typescript })
  const env = Object.fromEntries(Object.entries(scope.env).filter(([name]) => !name.startsWith('npm_')))
  Object.assign(env, {
    PATH: pathWithThisNode(),
    npm_config_userconfig: '/dev/null',
    npm_config_update_notifier: 'false',
  })
  await check(scope, ['npx', '--no-install', 'tsx', 'app.mts', 'x'], ['x'], { env })
})

test('node app.ts', { skip: noStripping }, async (t) => {
  await check(makeProject(t, { 'app.mts': typescript }), [node, 'app.mts', 'x'], ['x'])
})

test('a CommonJS program, by import()', async (t) => {
  const text = `import('daemonic').then(async ({ createDaemon }) => { ${javascript} })`
  await check(makeProject(t, { 'app.cjs': text }), [node, 'app.cjs'], [])
})

test('a CommonJS program that is named without its ending', async (t) => {
  const text = `import('daemonic').then(async ({ createDaemon }) => { ${javascript} })`
  await check(makeProject(t, { 'app.js': text, 'package.json': '{}' }), [node, 'app'], [])
})

test('a CommonJS program, by require() of a module', { skip: noRequireOfModules }, async (t) => {
  const text = `const { createDaemon } = require('daemonic'); (async () => { ${javascript} })()`
  await check(makeProject(t, { 'app.cjs': text }), [node, '--no-warnings', 'app.cjs'], [])
})

test('node --eval', async (t) => {
  const code = `(async () => { const { createDaemon } = await import('daemonic'); ${javascript.replace('slice(2)', 'slice(1)')} })()`
  await check(makeProject(t, {}), [node, '-e', code, '--', '--word', 'x'], ['--word', 'x'])
})

test('with relative --import and --env-file, and another working directory', async (t) => {
  const program = module_['app.mjs']
    .replace('{ stdout', "{ workingDir: '/', stdout")
    .replaceAll(/'(out.log|daemon.pid)'/g, "process.env.HERE + '/$1'")
  const files = { 'app.mjs': `if (globalThis.preloaded !== 'yes') throw new Error('no preload'); ${program}` }
  const scope = makeProject(t, files)
  writeFileSync(scope.path('preload.mjs'), "globalThis.preloaded = 'yes'")
  writeFileSync(scope.path('.env'), `HERE=${scope.folder}\n`)
  const flags = ['--import', './preload.mjs', '--env-file=.env']
  assert.equal(await check(scope, [node, ...flags, 'app.mjs'], []), JSON.stringify(flags))
})

test('installed by a link, and with a pipe planted that is closed on the way', async (t) => {
  const scope = makeProject(t, module_)
  await check(scope, ['/bin/bash', '-c', 'exec 20> >(cat); exec "$@"', 'bash', node, 'app.mjs'], [])
})

test('with NODE_OPTIONS, which the daemon has, too, and which preload nothing of ours in its children', async (t) => {
  const program = `${module_['app.mjs']}
    console.log('options', process.env.NODE_OPTIONS, globalThis.preloaded)
    const { execFileSync } = await import('node:child_process')
    console.log('child', execFileSync(process.execPath, ['-p', 'Object.keys(require.cache).join()'], { encoding: 'utf8' }))`
  const scope = makeProject(t, {
    'app.mjs': program,
    'a b.cjs':
      "globalThis.preloaded = Object.keys(process.env).some((name) => name.startsWith('DAEMONIC_CH')) ? 'with mark' : 'clean'",
  })
  const given = `--require "${scope.path('a b.cjs')}" --no-deprecation`
  await check(scope, [node, 'app.mjs'], [], { env: { ...scope.env, NODE_OPTIONS: given } })
  const log = await until('the child', () => /^child.*$/m.test(scope.read('out.log')) && scope.read('out.log'))
  assert.match(log, new RegExp(`^options ${given} clean$`, 'm'))
  assert.match(log, /^child \S+a b\.cjs$/m)
})

test('without the flags of the inspector', async (t) => {
  const scope = makeProject(t, module_)
  const command = [node, '--inspect=127.0.0.1:0', '--no-deprecation', 'app.mjs']
  const ran = await run(scope, command, { env: { ...scope.env, NODE_OPTIONS: '--inspect-port=0 --no-warnings' } })
  assert.equal(ran.code, 0)
  const log = await until('the line of the daemon', () => /^argv.*$/m.exec(scope.read('out.log'))?.[0])
  assert.equal(log, 'argv|[]|["--no-deprecation"]')
})

test('a worker of the daemon is no daemon, and a program that it starts is a launcher of its own', async (t) => {
  const program = `import { Worker, isMainThread } from 'node:worker_threads'
    import { spawnSync } from 'node:child_process'
    import { createDaemon, currentDaemon } from 'daemonic'
    const tell = (what) => { try { currentDaemon(); return what + ' is a daemon' } catch (error) { return what + ' ' + error.code } }
    if (isMainThread) {
      await createDaemon({ stdout: 'out.log', stderr: 'out.log', pidFile: 'daemon.pid' })
      console.log(tell('main'))
      await new Promise((resolve) => new Worker(new URL(import.meta.url)).on('exit', resolve))
      const inner = spawnSync(process.execPath, ['inner.mjs'], { encoding: 'utf8' })
      console.log('inner launcher', inner.status, inner.stderr, process.env.DAEMONIC_CHANNEL)
      setInterval(() => {}, 60000)
    } else {
      console.log(tell('worker'))
      await createDaemon({}).catch((error) => console.log('worker', error.code))
    }`
  const scope = makeProject(t, {
    'app.mjs': program,
    'inner.mjs': `import { createDaemon } from 'daemonic'
      await createDaemon({ stdout: 'inner.log', stderr: 'inner.log', pidFile: 'inner.pid' })
      setInterval(() => {}, 60000)`,
  })
  assert.equal((await run(scope, [node, 'app.mjs'])).code, 0)
  const log = await until('the inner launcher', () => /^inner.*$/m.test(scope.read('out.log')) && scope.read('out.log'))
  assert.deepEqual(log.split('\n').sort(), [
    '',
    'inner launcher 0  undefined',
    'main is a daemon',
    'worker NOT_A_DAEMON',
    'worker NOT_REPEATABLE',
  ])
  assert.deepEqual(failures(await audit(scope, readPid(scope, 'inner.pid'))), [])
  assert.notEqual(readPid(scope, 'inner.pid'), readPid(scope))
})

for (const [what, flags, input] of [
  ['from standard input', ['--input-type=module'], `${module_['app.mjs']}`],
  ['from standard input, as -', ['--input-type=module', '-'], `${module_['app.mjs']}`],
  [
    'in a REPL',
    ['-i'],
    `import('daemonic').then((d) => d.createDaemon()).then(console.log, (error) => { console.error(error); process.exit(1) })\n`,
  ],
] as const) {
  test(`a program ${what} can not be run again`, async (t) => {
    const scope = makeProject(t, {})
    const ran = await run(scope, [node, ...flags], { input, keepsInputOpen: what === 'in a REPL' })
    const error = readPrintedError(ran.stderr)
    assert.equal(ran.code, 1)
    assert.match(error.message, /can't be run again: it (?:was read from standard input|is a REPL)/)
    assert.match(error.properties, /code: 'NOT_REPEATABLE'/)
    assert.deepEqual(scope.processes(), [])
  })
}

for (const [platform, expected] of [
  ['win32', 'daemonic needs Linux or macOS; this is win32; on Windows, run it in WSL, or as a service'],
  ['sunos', 'daemonic needs Linux or macOS; this is sunos'],
] as const) {
  test(`on a platform that calls itself ${platform}, one clear error`, async (t) => {
    const scope = makeProject(t, {
      ...module_,
      'platform.cjs': `Object.defineProperty(process, 'platform', { value: '${platform}' })`,
    })
    const error = readPrintedError((await run(scope, [node, '--require', './platform.cjs', 'app.mjs'])).stderr)
    assert.equal(error.message, expected)
    assert.match(error.properties, /code: 'UNSUPPORTED_PLATFORM'/)
  })
}

test('an argument that can not be cloned is named, before anything is started', async (t) => {
  const program = `import { daemonizeFunc } from 'daemonic'
    await daemonizeFunc(function work() {}, {}, 1, { inside: () => {} })`
  const scope = makeProject(t, { 'app.mjs': program })
  const ran = await run(scope, [node, 'app.mjs'])
  const error = readPrintedError(ran.stderr)
  assert.equal(error.name, 'ArgumentError')
  assert.match(
    error.message,
    /^Argument 2 of daemonizeFunc\(work\) can't be cloned \(\(\) => \{\} could not be cloned\.\): give the daemon data/,
  )
  assert.match(error.properties, /code: 'NOT_CLONEABLE',\n {2}index: 1,/)
  assert.deepEqual(scope.processes(), [])
})

test('an argument of 100 MB is carried over', async (t) => {
  const program = `import { daemonizeFunc } from 'daemonic'
    await daemonizeFunc((bytes) => console.log(bytes.length, bytes[99_999_999]), { stdout: 'out.log', stderr: 'out.log', ready: 'auto' }, new Uint8Array(1e8).fill(7))`
  const scope = makeProject(t, { 'app.mjs': program })
  assert.deepEqual(await run(scope, [node, 'app.mjs']), { code: 0, signal: null, stdout: '', stderr: '' })
  assert.equal(await until('the line', () => scope.read('out.log')), '100000000 7\n')
})

/** The PATH on which `node` is the Node of this run. */
function pathWithThisNode(): string {
  return `${node.replace(/\/[^/]+$/, '')}:${process.env['PATH']}`
}
