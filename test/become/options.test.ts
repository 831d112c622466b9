// What each option does, seen in the daemon.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import type { DaemonOptions } from 'daemonic'
import { assertStarted, audit, daemonCommand, failures, readFacts, readPid, startDaemon } from '../helpers/daemon.ts'
import { skipUnlessRoot, skipUnlessShell, skipWithout } from '../helpers/needs.ts'
import { readPrintedError } from '../helpers/printed-error.ts'
import { readProc } from '../helpers/processes.ts'
import { projectFile, type RunOptions, run } from '../helpers/run.ts'
import { makeScope, type Scope } from '../helpers/scope.ts'

const noMounts = skipUnlessShell('unshare -m mount -t tmpfs none /mnt', 'no file system can be mounted here')

/** Starts the fixture with options, and gives its facts. */
async function start(t: TestContext, options: DaemonOptions, runOptions?: RunOptions) {
  const scope = makeScope(t)
  assertStarted(await startDaemon(scope, { options }, runOptions))
  return { scope, facts: await readFacts(scope), pid: readPid(scope) }
}

const mode = (scope: Scope, name: string): string => (statSync(scope.path(name)).mode & 0o777).toString(8)

test('without options: the defaults of the seed', async (t) => {
  const { scope, facts, pid } = await start(t, {})
  assert.equal(facts.pid, pid)
  assert.equal(facts.umask, 0)
  assert.equal(facts.cwd, scope.folder)
  assert.deepEqual(facts.execArgv, [])
  assert.equal(facts.execPath, process.execPath)
  assert.equal(facts.argv.length, 3)
  assert.deepEqual(
    facts.listeners.filter((name) => name.startsWith('SIG') && name !== 'SIGWINCH'),
    [],
  )
  const standard = facts.descriptors.slice(0, 3).map(([, target]) => target)
  assert.deepEqual(standard, ['/dev/null', scope.path('out.log'), scope.path('out.log')])
  assert.equal(readProc(pid, 'cmdline').split('\0')[1], facts.argv[1], 'ps shows the program as it was started')
})

test('the channel and the descriptors of the launcher are closed', async (t) => {
  const { scope, facts } = await start(t, {})
  const files = facts.descriptors.filter(([fd, target]) => fd > 2 && !/^(?:anon_inode|pipe):|^\/proc|^$/.test(target))
  assert.deepEqual(
    files.map(([, target]) => target),
    [scope.path('daemon.pid')],
  )
})

test('log files are created 0640 and pid files 0644, whatever the umask', async (t) => {
  for (const umask of ['000', '077', '777']) {
    const scope = makeScope(t)
    const options = { stdout: `out-${umask}`, stderr: `err-${umask}`, pidFile: `pid-${umask}` }
    const command = daemonCommand({ options })
    assertStarted(await run(scope, ['/bin/sh', '-c', `umask ${umask}; exec "$@"`, 'sh', ...command]))
    assert.deepEqual(
      [mode(scope, options.stdout), mode(scope, options.stderr), mode(scope, options.pidFile)],
      ['640', '640', '644'],
    )
  }
})

test('a log that is there keeps its mode', async (t) => {
  const scope = makeScope(t)
  writeFileSync(scope.path('out.log'), 'old\n')
  chmodSync(scope.path('out.log'), 0o604)
  assertStarted(await startDaemon(scope))
  await readFacts(scope)
  assert.equal(mode(scope, 'out.log'), '604')
  assert.match(scope.read('out.log'), /^old\n\{/)
})

test('a log that is a link to a file that is not there yet is created where it leads', async (t) => {
  const scope = makeScope(t)
  symlinkSync('there.log', scope.path('link.log'))
  assertStarted(await startDaemon(scope, { options: { stdout: 'link.log' } }))
  await readFacts(scope, 'there.log')
  assert.equal(mode(scope, 'there.log'), '640')
})

test('workingDir: the daemon works there, and the paths of logs and pid file are relative to it', async (t) => {
  const scope = makeScope(t)
  mkdirSync(scope.path('below'))
  assertStarted(await startDaemon(scope, { options: { workingDir: 'below' } }))
  const facts = await readFacts(scope, 'below/out.log')
  assert.equal(facts.cwd, scope.path('below'))
  assert.equal(facts.env['PWD'] ?? scope.path('below'), scope.path('below'))
  assert.equal(readPid(scope, 'below/daemon.pid'), facts.pid)
})

test('umask: as a number, and as octal text', async (t) => {
  assert.equal((await start(t, { umask: 0o27 })).facts.umask, 0o27)
  assert.equal((await start(t, { umask: '022' })).facts.umask, 0o22)
})

test('env: by default all but what belongs to a terminal or to npm', async (t) => {
  const scope = makeScope(t)
  const session = {
    TERM: 'xterm',
    SSH_TTY: '/dev/pts/0',
    TMUX: 'x',
    npm_config_x: '1',
    SHLVL: '3',
    OLDPWD: '/',
    INIT_CWD: '/',
  }
  const kept = {
    KEPT: 'yes',
    'with.dots-and space': 'kept',
    EMPTY: '',
    LINES_: 'x\ny',
    PS4: '$ ',
    IFS: ',',
    PPID: 'no pid',
  }
  const env: Record<string, string> = { ...scope.env, ...session, ...kept }
  assertStarted(await startDaemon(scope, {}, { env }))
  const facts = await readFacts(scope)
  const npm = Object.keys(env).filter((name) => name.startsWith('npm_'))
  for (const name of [...Object.keys(session), ...npm, '_', 'TMUX_PANE', 'STY', 'WINDOWID']) delete env[name]
  if (env['PWD'] !== undefined) env['PWD'] = scope.folder
  assert.deepEqual(facts.env, env)
})

test('env: given, it is the whole environment', async (t) => {
  const scope = makeScope(t)
  const [name, value] = scope.mark.split('=') as [string, string]
  const env = { [name]: value, TERM: 'kept', NODE_OPTIONS: '--max-old-space-size=200', 'odd.name': '1' }
  assertStarted(await startDaemon(scope, { options: { env } }))
  assert.deepEqual((await readFacts(scope)).env, env)
})

test('the mark of the daemon is in nobody’s environment, nor is the preload', async (t) => {
  const { facts } = await start(t, {})
  assert.equal(facts.env['DAEMONIC_CHANNEL'], undefined)
  assert.equal(facts.env['NODE_OPTIONS'], process.env['NODE_OPTIONS'])
})

test('limits: soft and hard, counts and sizes', async (t) => {
  const limits = { core: 0, nofile: { soft: 512, hard: 1024 }, fsize: '64MB', nproc: 500 } as const
  const { pid } = await start(t, { limits })
  const rows = readProc(pid, 'limits')
  assert.match(rows, /Max core file size +0 +0 /)
  assert.match(rows, /Max open files +(?:512|1024) +1024 /)
  assert.match(rows, /Max processes +500 +500 /)
  assert.match(rows, /Max file size +67108864 +67108864 /)
})

test('limits: one that can not be set is named, and nothing is started', async (t) => {
  const scope = makeScope(t)
  const ran = await startDaemon(scope, { options: { limits: { core: 0, nofile: 2_000_000_000 } } })
  const error = readPrintedError(ran.stderr)
  assert.equal(ran.code, 1)
  assert.match(error.message, /^limits\.nofile: can't be set to 2000000000; /)
  assert.match(error.properties, /code: 'START_FAILED',\n {2}step: 'limits'/)
  assert.deepEqual(scope.processes(), [])
})

test('nice: of every thread', async (t) => {
  const { facts, pid } = await start(t, { nice: 7 })
  assert.equal(facts.niceness, 7)
  const nices = readdirSync(`/proc/${pid}/task`).map((tid) => readProc(pid, `task/${tid}/stat`))
  assert.deepEqual([...new Set(nices.map((stat) => stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]))], ['7'])
})

test('title: what ps shows', async (t) => {
  const { pid } = await start(t, { title: 'my daemon' })
  assert.equal(readProc(pid, 'cmdline').replaceAll('\0', ' ').trim(), 'my daemon')
})

test('preserveFds: the daemon has them at the same numbers, a 3 included, and no others', async (t) => {
  const scope = makeScope(t)
  for (const fd of [3, 5, 20, 21]) writeFileSync(scope.path(`file${fd}`), '')
  const script = 'exec 3<file3 5<file5 20<file20 21<file21; exec "$@"'
  const command = daemonCommand({ options: { preserveFds: [3, 5, 20] } })
  assertStarted(await run(scope, ['/bin/bash', '-c', script, 'bash', ...command]))
  const { pid } = await readFacts(scope)
  for (const fd of [3, 5, 20]) assert.equal(readlinkSync(`/proc/${pid}/fd/${fd}`), scope.path(`file${fd}`))
  const files = (await readFacts(scope)).descriptors.map(([, target]) => target)
  assert.ok(!files.includes(scope.path('file21')))
  assert.equal(files.filter((target) => target === '/dev/null').length, 1, 'fillers are closed')
})

test('user: by name, with its groups, its home and its logs', { skip: skipUnlessRoot }, async (t) => {
  const { scope, facts, pid } = await start(t, { user: 'nobody' })
  assert.deepEqual(facts.ids, [65534, 65534, 65534, 65534])
  assert.deepEqual(facts.groups, [65534])
  assert.equal(facts.env['USER'], 'nobody')
  assert.notEqual(facts.env['HOME'], process.env['HOME'])
  assert.equal(statSync(scope.path('out.log')).uid, 65534)
  assert.deepEqual(failures(await audit(scope, pid)), [])
})

test('user and group: by id, without an entry in the user database', { skip: skipUnlessRoot }, async (t) => {
  const { facts } = await start(t, { user: 12345, group: '54321' })
  assert.deepEqual(facts.ids, [12345, 12345, 54321, 54321])
  assert.deepEqual(facts.groups, [54321])
})

test('group: alone, it is the only one', { skip: skipUnlessRoot }, async (t) => {
  const { facts } = await start(t, { group: 'daemon' })
  assert.deepEqual(facts.ids.slice(0, 2), [0, 0])
  assert.deepEqual(facts.groups, facts.ids.slice(2, 3))
})

test('user: one that does not exist is an error of the step', { skip: skipUnlessRoot }, async (t) => {
  const scope = makeScope(t)
  const ran = await startDaemon(scope, { options: { user: 'no-such-user' } })
  assert.match(
    readPrintedError(ran.stderr).message,
    /failed in step 'privileges': User identifier does not exist: no-such-user$/,
  )
  assert.deepEqual(scope.processes(), [])
})

test('user: without root, a clear error', { skip: skipUnlessRoot || skipWithout('setpriv') }, async (t) => {
  const scope = makeScope(t)
  const command = daemonCommand({ options: { user: 'root' } })
  const ran = await run(scope, ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...command])
  const error = readPrintedError(ran.stderr)
  assert.equal(error.name, 'NotPermittedError')
  assert.equal(error.message, "user: only root can run a daemon as another user ('root'); this is uid 65534")
  assert.match(error.properties, /code: 'NOT_PERMITTED',\n {2}option: 'user',\n {2}value: 'root'/)
})

test('the verbs work for a user who is not root', { skip: skipUnlessRoot || skipWithout('setpriv') }, async (t) => {
  const scope = makeScope(t)
  const command = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...daemonCommand()]
  assertStarted(await run(scope, command))
  assert.deepEqual(failures(await audit(scope, readPid(scope))), [])
})

test('in a PID namespace, where the shell is init', {
  skip: skipUnlessShell('unshare -pf --mount-proc true', 'no PID namespace can be made here'),
}, async (t) => {
  const scope = makeScope(t)
  const cli = projectFile('dist/cli/main.entry.cjs')
  const script = `"$@" && ${process.execPath} ${cli} audit --json $(cat daemon.pid); code=$?; kill -9 $(cat daemon.pid); exit $code`
  const ran = await run(scope, [
    'unshare',
    '-pf',
    '--mount-proc',
    '/bin/bash',
    '-c',
    script,
    'bash',
    ...daemonCommand(),
  ])
  assert.equal(ran.stderr, '')
  assert.deepEqual(failures(JSON.parse(ran.stdout.replace('before the call\n', ''))), [])
  assert.equal(ran.code, 0)
})

for (const [what, options, expected] of [
  ['an unknown option', { stdOut: 'x' }, /^There is no option 'stdOut'; there are: stdout, /],
  [
    'a wrong type',
    { umask: 'rw' },
    /^Expected umask to be a number from 0 to 0o777, or an octal string such as '022', got "rw"$/,
  ],
  [
    'a working directory that is not there',
    { workingDir: '/not/there' },
    /^workingDir: can't work in '\/not\/there': ENOENT/,
  ],
  [
    'a working directory that is a file',
    { workingDir: '/etc/passwd' },
    /^workingDir: can't work in '\/etc\/passwd': ENOTDIR/,
  ],
  ['a log that is a folder', { stderr: '/tmp' }, /^stderr: can't open '\/tmp': EISDIR/],
  ['a log in a folder that is not there', { stdout: '/not/there' }, /^stdout: can't open '\/not\/there': ENOENT/],
  [
    'a descriptor that is not open',
    { preserveFds: [99] },
    /^Expected preserveFds\[0\] to be an open descriptor, got 99$/,
  ],
] as const) {
  test(`${what} is an error of the launcher, before anything is started`, async (t) => {
    const scope = makeScope(t)
    const ran = await startDaemon(scope, { options: options as DaemonOptions })
    const error = readPrintedError(ran.stderr)
    assert.equal(ran.code, 1)
    assert.equal(error.name, 'InvalidOptionError')
    assert.match(error.message, expected)
    assert.match(
      error.properties,
      new RegExp(`code: 'INVALID_OPTION',\\n  option: '${Object.keys(options)[0]}(?:\\[0\\])?',\\n  value: `),
    )
    assert.deepEqual(scope.processes(), [])
  })
}

test('a log that is a FIFO nobody reads is an error, not a hang', async (t) => {
  const scope = makeScope(t)
  await run(scope, ['mkfifo', 'fifo'])
  const ran = await startDaemon(scope, { options: { stdout: 'fifo' } })
  assert.match(readPrintedError(ran.stderr).message, /^stdout: can't open .*ENXIO/)
})

/** Starts the fixture in a folder on a tmpfs that is full, in a mount namespace of its own. */
function startOnFullDisk(scope: Scope, options: DaemonOptions) {
  const script = `mount -t tmpfs -o size=64k none "$PWD"; cd "$PWD"; : >out.log; head -c 100000 /dev/zero >fill 2>/dev/null
    TMPDIR="$PWD" exec "$@"`
  return run(scope, ['unshare', '-m', '/bin/bash', '-c', script, 'bash', ...daemonCommand({ options })])
}

test('a full disk does not keep a daemon from starting', {
  skip: noMounts,
}, async (t) => {
  const scope = makeScope(t)
  assertStarted(await startOnFullDisk(scope, { pidFile: undefined, ready: 'manual' }))
  assert.equal(scope.processes().length, 1, 'what it printed before the call did not meet the full disk')
})

test('a full disk, on which no pid can be written, is an error', {
  skip: noMounts,
}, async (t) => {
  const scope = makeScope(t)
  const ran = await startOnFullDisk(scope, {})
  assert.match(
    readPrintedError(ran.stderr).message,
    /failed in step 'pidFile': ENOSPC: no space left on device, write$/,
  )
  assert.deepEqual(scope.processes(), [])
})
