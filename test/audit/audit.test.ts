// Each item of the audit fails for a process that is made to fail it, and only that one.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { openSync, readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import type { Audit } from '../../src/audit/audit-process.ts'
import { assertStarted, audit, daemonCommand, readPid, startDaemon } from '../helpers/daemon.ts'
import { skipUnlessRoot, skipWithout } from '../helpers/needs.ts'
import { statOf, until } from '../helpers/processes.ts'
import { projectFile, run } from '../helpers/run.ts'
import { makeScope } from '../helpers/scope.ts'

const cli = projectFile('dist/cli/main.entry.cjs')

/** Starts a program that sleeps behind a shell that does something first, and audits it. */
async function auditSleeper(
  t: TestContext,
  before: string,
  fds: (number | 'pipe' | 'ignore')[] = [],
  env = {},
): Promise<Audit> {
  const scope = makeScope(t)
  const stdio = ['ignore', 'ignore', 'ignore', ...fds]
  for (const [index, fd] of fds.entries()) stdio[index] = fd
  const child = spawn('/bin/bash', ['-c', `${before}; exec sleep 1000`], {
    cwd: scope.folder,
    env: { PATH: process.env['PATH'] ?? '', ...Object.fromEntries([scope.mark.split('=')]), ...env },
    stdio: stdio as ('ignore' | 'pipe' | number)[],
    detached: true,
  })
  const pid = child.pid ?? 0
  t.after(() => child.kill('SIGKILL'))
  await until('the sleeper', () => statOf(pid).length > 0 && commandOf(pid) === 'sleep')
  return audit(scope, pid)
}

/** The name of a process. */
function commandOf(pid: number): string {
  const [name = ''] = (/\((.*)\)/s.exec(readStat(pid)) ?? []).slice(1)
  return name
}

function readStat(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'latin1')
}

/** What an audit says of one item. */
function item({ items }: Audit, name: string): { ok: boolean; seen: string } {
  const found = items.find((item) => item.name === name)
  assert.ok(found, name)
  return { ok: found.ok, seen: found.seen }
}

test('a child that leads its session: parent, leader and umask do not hold', async (t) => {
  const report = await auditSleeper(t, 'umask 027')
  assert.deepEqual(item(report, 'parent'), { ok: false, seen: `${process.pid} (${commandOf(process.pid)})` })
  assert.deepEqual(item(report, 'leader'), { ok: false, seen: 'leads its session' })
  assert.deepEqual(item(report, 'umask'), { ok: false, seen: '0027' })
  assert.equal(report.ok, false)
  assert.equal(report.passed, report.items.filter(({ ok }) => ok).length)
})

test('signals that are ignored', async (t) => {
  const report = await auditSleeper(t, `trap '' HUP TERM PIPE`)
  assert.deepEqual(item(report, 'ignored'), { ok: false, seen: 'HUP PIPE TERM' })
  assert.deepEqual(item(report, 'caught'), { ok: false, seen: 'TERM has no effect' })
  assert.deepEqual(item(await auditSleeper(t, `trap '' PIPE`), 'ignored'), { ok: true, seen: 'PIPE' })
})

test('signals that are blocked', { skip: skipWithout('python3') }, async (t) => {
  const block =
    'import os, signal; signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2]); os.execvp("sleep", ["sleep", "1000"])'
  const report = await auditSleeper(t, `exec python3 -c '${block}'`)
  assert.deepEqual(item(report, 'blocked'), { ok: false, seen: 'USR2' })
})

test('streams: a pipe, a log without O_APPEND, a closed one, a log that is gone', async (t) => {
  const scope = makeScope(t)
  const log = openSync(scope.path('log'), 'w')
  const report = await auditSleeper(t, 'exec 2>&-', ['pipe', log])
  assert.match(item(report, 'stdin').seen, /^(?:pipe|socket):/)
  assert.equal(item(report, 'stdin').ok, false)
  assert.deepEqual(item(report, 'stdout'), { ok: true, seen: scope.path('log') })
  assert.deepEqual(item(report, 'stderr'), { ok: false, seen: 'closed' })
  assert.deepEqual(item(report, 'append'), { ok: false, seen: 'without O_APPEND: 1' })
  const gone = await auditSleeper(t, 'exec >>gone 2> >(cat); rm gone')
  assert.equal(item(gone, 'stdout').ok, false)
  assert.match(item(gone, 'stdout').seen, /gone \(deleted\)$/)
  assert.match(item(gone, 'stderr').seen, /^pipe:/)
  assert.equal(item(gone, 'stderr').ok, false)
})

test('descriptors that are left, and where they lead', async (t) => {
  const report = await auditSleeper(t, 'exec 7</etc/passwd 20</dev/null')
  assert.equal(item(report, 'descriptors').ok, false)
  assert.match(item(report, 'descriptors').seen, /^7 → \/etc\/passwd, 20 → \/dev\/null/)
})

test('a working directory that is gone', async (t) => {
  const report = await auditSleeper(t, 'mkdir below; cd below; rmdir ../below')
  assert.equal(item(report, 'directory').ok, false)
})

test('an environment with what belongs to a terminal: names, never values', async (t) => {
  const report = await auditSleeper(t, ':', [], {
    TERM: 'secret',
    SSH_TTY: 'secret',
    npm_config_x: 'secret',
    TERMITE: 'fine',
  })
  assert.equal(item(report, 'environment').ok, false)
  for (const name of ['TERM', 'SSH_TTY', 'npm_config_x'])
    assert.ok(item(report, 'environment').seen.split(', ').includes(name))
  assert.doesNotMatch(JSON.stringify(report), /secret|TERMITE/)
})

test('limits that are used up one day', async (t) => {
  const report = await auditSleeper(t, 'ulimit -t 3600')
  assert.deepEqual(item(report, 'limits'), { ok: false, seen: 'Max cpu time: 3600' })
})

test('rights that are given up by half', { skip: skipUnlessRoot || skipWithout('python3') }, async (t) => {
  const halfway = `import os, time; comm = open("/proc/self/comm", "w")
os.setgroups([0]); os.setresgid(1, 1, 1); os.setresuid(1, 1, 0)
comm.write("sleep"); comm.flush(); time.sleep(1000)`
  const report = await auditSleeper(t, `exec python3 -c '${halfway}'`)
  assert.deepEqual(item(report, 'identity'), { ok: false, seen: 'uid 1/0, gid 1' })
  const inGroup = 'import os; os.setgroups([0]); os.setgid(1); os.setuid(1); os.execvp("sleep", ["sleep", "1000"])'
  assert.deepEqual(item(await auditSleeper(t, `exec python3 -c '${inGroup}'`), 'groups'), { ok: false, seen: '0' })
})

test('a terminal, and the session of its shell', { skip: skipWithout('script') }, async (t) => {
  const scope = makeScope(t)
  const command = `${process.execPath} ${cli} audit --self --json >self.json; true`
  await run(scope, ['script', '-qec', `sh -c '${command}'`, '/dev/null'])
  const report = JSON.parse(scope.read('self.json')) as Audit
  assert.equal(item(report, 'terminal').ok, false)
  assert.match(item(report, 'terminal').seen, /^pts\/\d+$/)
  assert.equal(item(report, 'session').ok, false)
  assert.equal(item(report, 'stdin').ok, false)
})

test('the exit code is 0 when all hold, and 1 when one does not', async (t) => {
  const scope = makeScope(t)
  assertStarted(await startDaemon(scope))
  const good = await run(scope, [process.execPath, cli, 'audit', String(readPid(scope))])
  assert.equal(good.code, 0)
  assert.match(
    good.stdout,
    /^Process \d+: \S+node \S+daemon\.js [\s\S]*\n {2}ok {3}umask {8}0000 [\s\S]*\n18 of 18 hold\n$/,
  )
  assert.equal(good.stdout.split('\n').length, 21)
  const other = makeScope(t)
  assertStarted(await startDaemon(other, { options: { umask: 0o22 } }))
  const bad = await run(other, [process.execPath, cli, 'audit', String(readPid(other))])
  assert.equal(bad.code, 1)
  assert.match(bad.stdout, /^ {2}NOT {2}umask {8}0022 [\s\S]*\n17 of 18 hold\n$/m)
})

test('a process that is not there, or belongs to another user is a clear error', async (t) => {
  const scope = makeScope(t)
  const gone = await run(scope, [process.execPath, cli, 'audit', '4194305'])
  assert.deepEqual(gone, {
    code: 4,
    signal: null,
    stdout: '',
    stderr: 'daemonic: There is no process 4194305, or it ended just now\n',
  })
  if (skipUnlessRoot !== false) return
  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath, cli, 'audit']
  const foreign = await run(scope, [...asNobody, String(process.pid)])
  assert.equal(foreign.code, 4)
  assert.equal(
    foreign.stderr,
    `daemonic: Process ${process.pid} belongs to another user, or gave up its rights: run the audit as root\n`,
  )
})

test('a name with line ends and a terminal’s control characters in it is shown harmlessly', async (t) => {
  const scope = makeScope(t)
  assertStarted(await run(scope, daemonCommand({ options: { title: 'a\u001b[31m\nb' } })))
  const { stdout } = await run(scope, [process.execPath, cli, 'audit', String(readPid(scope))])
  assert.match(stdout, /^Process \d+: a\?\[31m\?b\n/)
})
