// A disk that is full: daemons go on, what they lose is counted, what ends is started again, and the keeper may be killed there.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import type { DaemonStatus } from 'daemonic'
import { makeHome } from '../helpers/home.ts'
import { skipUnlessRoot, skipUnlessShell } from '../helpers/needs.ts'
import { isAlive, kill, until } from '../helpers/processes.ts'
import { fixture, projectFile, type Ran, run } from '../helpers/run.ts'

/** A home on a small disk of its own, that no other process sees. */
interface SmallDisk {
  cli(...words: string[]): Promise<Ran>
  status(name: string): Promise<DaemonStatus>
  /** Waits until a daemon runs as another process than `before`, and gives its pid. */
  running(name: string, before?: number): Promise<number>
  log(name: string): string
  fill(): void
  clear(): void
}

/** Makes it. */
async function makeSmallDisk(t: TestContext): Promise<SmallDisk> {
  const scope = makeHome(t)
  const home = scope.path('home')
  mkdirSync(home, { mode: 0o700 })
  const mount = `mount -t tmpfs -o mode=0700,size=2m tmpfs "$DAEMONIC_HOME" && exec sleep 1000`
  const { pid = 0 } = spawn('unshare', ['-m', '/bin/sh', '-c', mount], { env: scope.env, stdio: 'ignore' })
  const path = (file: string): string => `/proc/${pid}/root${home}/${file}`
  await until('the disk', () => readFileSync(`/proc/${pid}/mounts`, 'utf8').includes(home))
  const cli = (...words: string[]): Promise<Ran> =>
    run(scope, ['nsenter', '-m', '-t', String(pid), process.execPath, projectFile('dist/cli/main.entry.cjs'), ...words])
  const status = async (name: string): Promise<DaemonStatus> => {
    const { stdout, stderr } = await cli('status', name, '--json')
    assert.notEqual(stdout, '', stderr)
    return JSON.parse(stdout)
  }
  return {
    cli,
    status,
    running: (name, before) =>
      until(`${name} to run`, async () => {
        const { state, pid } = await status(name)
        return state === 'running' && pid !== null && pid !== before && pid
      }),
    log: (name) => readFileSync(path(`${name}/out.log`), 'utf8'),
    fill: () => {
      const fd = openSync(path('filler'), 'a')
      try {
        for (const size of [65536, 1]) fillWith(fd, Buffer.alloc(size))
      } finally {
        closeSync(fd)
      }
      assert.ok(existsSync(path('filler')))
    },
    clear: () => rmSync(path('filler')),
  }
}

/** Writes until there is no more room. */
function fillWith(fd: number, block: Buffer): void {
  try {
    for (;;) writeSync(fd, block)
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC')
  }
}

test('a full disk: daemons and keeper go on and are started again; what is lost is counted, and told in its place', {
  skip: skipUnlessRoot || skipUnlessShell('unshare -m true', 'nothing can be mounted here'),
}, async (t) => {
  const disk = await makeSmallDisk(t)
  const loop = 'n=0; while :; do n=$((n + 1)); echo "line $n"; sleep 0.01; done'
  const backoff = ['--backoff', '20ms..40ms', '--rotate', 'off']
  await disk.cli('start', '--keep', '--name', 'module', ...backoff, fixture('counting'))
  await disk.cli('start', '--keep', '--name', 'command', ...backoff, '--', 'sh', '-c', loop)
  const module = await disk.running('module')
  const command = await disk.running('command')
  await until('some lines', () => ['module', 'command'].every((name) => disk.log(name).includes('line 20\n')))
  disk.fill()
  await until('a loss', async () => ((await disk.status('module')).lost?.lines ?? 0) > 20)
  const keeper = await disk.running('daemonic-keeper')
  kill(keeper)
  await disk.running('daemonic-keeper', keeper)
  assert.deepEqual([await disk.running('module'), await disk.running('command')], [module, command])
  disk.clear()
  await until('the log to go on', () => /missing here.*\n(?:line \d+\n){20}/.test(disk.log('module')))
  const missing = assertWhole(disk.log('module'))
  await until('all of it to be told', async () => {
    const { lost } = await disk.status('module')
    return lost?.lines === missing && lost.code === 'ENOSPC'
  })
  assert.match((await disk.cli('status', 'module')).stdout, /^ +lost +\d+ lines \(\S+ K?B\) that could not be written/m)

  disk.fill()
  for (const [name, pid] of Object.entries({ module, command })) {
    kill(pid)
    const next = await disk.running(name, pid)
    assert.ok(isAlive(next))
  }
  await until('a loss of the next life', async () => ((await disk.status('module')).lost?.lines ?? 0) > 20)
  const length = disk.log('command').length
  disk.clear()
  await until(
    'both logs to go on',
    () => disk.log('command').length > length && /here.*\nline/.test(disk.log('module')),
  )
  for (const name of ['module', 'command', 'daemonic-keeper']) {
    const { code, stderr } = await disk.cli('stop', name)
    assert.equal(code, 0, stderr)
  }
})

/** Asserts that all lines are there but those that the log says are missing, and that none is cut in two; returns how many are missing. */
function assertWhole(log: string): number {
  let next = 1
  let missing = 0
  const lines = log.split('\n').slice(0, -1)
  for (const [index, line] of lines.entries()) {
    const notice = /^daemonic: (\d+) lines \(\d+ bytes\) are missing here, from \S+ on: .*\(ENOSPC\)$/.exec(line)
    const isCut = /^daemonic: /.test(lines[index + 1] ?? '') && `line ${next}`.startsWith(line)
    if (notice !== null) {
      next += Number(notice[1])
      missing += Number(notice[1])
    } else if (!isCut) {
      assert.equal(line, `line ${next}`)
      next += 1
    }
  }
  return missing
}
