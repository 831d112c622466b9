// Rotation: the lines of real writers, all of them once and in order, whoever rotates, is killed, or finds the disk full meanwhile.
import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  closeSync,
  existsSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { DaemonicError } from '../../src/errors.ts'
import { readJournal } from '../../src/logs/journal.ts'
import { rotateLog } from '../../src/logs/rotate.ts'
import { listRotated } from '../../src/logs/rotated-files.ts'
import type { Rotation } from '../../src/options/types.ts'
import { skipUnlessRoot, skipUnlessShell } from '../helpers/needs.ts'
import { kill, until, untilGone } from '../helpers/processes.ts'
import { seededRandom } from '../helpers/random.ts'
import {
  checkClean,
  checkLog,
  endWriters,
  folderIn,
  isStopped,
  makeLog,
  readParts,
  startWriters,
  untilEnded,
} from '../helpers/rotating.ts'
import { fixture } from '../helpers/run.ts'
import { makeScope, type Scope } from '../helpers/scope.ts'

const rotation: Rotation = { size: 500_000, keep: 10_000, every: undefined, compress: true, total: 1e9 }

const memory = '/dev/shm'
const skipWithoutMemory = skipUnlessShell(`[ "$(stat -f -c %T ${memory})" = tmpfs ]`, 'there is no tmpfs at /dev/shm')

for (const [where, place, skip] of [
  ['where tests are', undefined, false],
  ['in memory', memory, skipWithoutMemory],
] as const) {
  for (const whole of [true, false]) {
    test(`200,000 lines of writers and their children, ${where}, rotated ${whole ? 'whole' : 'by size'}`, {
      skip,
    }, async (t) => {
      const scope = makeScope(t)
      const log = makeLog(folderIn(t, scope, place))
      const writers = startWriters(scope, log, { writers: 2, lines: 50_000, children: 1, pause: 1 })
      let files = 0
      const over = untilEnded(writers).then(() => true)
      while (!(await Promise.race([over, false]))) {
        files += (
          await rotateLog(log, { ...rotation, compress: files % 2 === 0 }, { whole, calm: files % 3 === 0 ? 5000 : 0 })
        ).files
        await sleep(1)
      }
      t.diagnostic(`${files} files`)
      // How many depends on how fast the writers are against the rotation.
      assert.ok(files > 1, `${files} files`)
      await rotateLog(log, rotation)
      assert.deepEqual(checkLog(log), { w0: 50_000, w1: 50_000, 'w0.0': 50_000, 'w1.0': 50_000 })
      assert.equal(statSync(log).size, 0)
      assert.ok(listRotated(log).every(({ isCompressed }) => isCompressed))
      checkClean(log)
    })
  }

  test(`kill -9 of the rotator at 50 random moments, ${where}`, { skip }, async (t) => {
    const scope = makeScope(t)
    const random = seededRandom(t)
    const log = makeLog(folderIn(t, scope, place))
    const writers = startWriters(scope, log, { writers: 2, children: 1, pause: 1 })
    for (let round = 0; round < 50; round += 1) {
      const rotator = startRotator(scope, log, ['whole', 'size', 'calmly'][round % 3] ?? '')
      await rotator.said(round % 4 < 2 ? 'rotated' : 'ready')
      await sleep(random() * 250)
      rotator.child.kill('SIGKILL')
      await untilGone(rotator.child.pid ?? 0)
    }
    await until('nobody to be stopped', () => scope.processes().every((pid) => !isStopped(pid)))
    await endWriters(writers)
    await rotateLog(log, rotation)
    const counts = checkLog(log)
    t.diagnostic(JSON.stringify({ ...counts, files: listRotated(log).length }))
    assert.ok(listRotated(log).length > 1)
    assert.deepEqual(Object.keys(counts).sort(), ['w0', 'w0.0', 'w1', 'w1.0'])
    checkClean(log)
  })
}

/** Starts a process that rotates. */
function startRotator(scope: Scope, log: string, how: string) {
  const child = spawn(process.execPath, [fixture('rotator'), log, how], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: scope.env,
  })
  let output = ''
  child.stdout.on('data', (bytes) => {
    output += bytes
  })
  return { child, said: (what: string) => until(what, () => output.includes(what)) }
}

test('two rotators: one at a time', async (t) => {
  const scope = makeScope(t)
  const log = makeLog(scope.path('logs'))
  const writers = startWriters(scope, log, { writers: 2, children: 1, pause: 1 })
  const rotators = ['whole', 'size', 'whole'].map((how) => startRotator(scope, log, how))
  await until('many files', () => listRotated(log).length > 20)
  for (const { child } of rotators) child.kill('SIGKILL')
  await endWriters(writers)
  await rotateLog(log, rotation)
  checkLog(log)
  checkClean(log)
})

for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
  test(`writers that are stopped go on when who stopped them gets a ${signal}`, async (t) => {
    const scope = makeScope(t)
    const log = makeLog(scope.path('logs'))
    const [writer] = startWriters(scope, log, { pause: 1 })
    await until('lines', () => existsSync(log) && statSync(log).size > 0)
    const rotator = startRotator(scope, log, 'hold')
    await rotator.said('stopped')
    assert.ok(isStopped(writer?.pid ?? 0))
    kill(rotator.child.pid ?? 0, signal)
    await until('the writer to go on', () => !isStopped(writer?.pid ?? 0))
    await endWriters(writer === undefined ? [] : [writer])
    checkLog(log)
  })
}

test('who comes too late cuts nothing: the writers have gone on', async (t) => {
  const scope = makeScope(t)
  const log = makeLog(scope.path('logs'))
  const writers = startWriters(scope, log, { pause: 1 })
  await until('lines', () => statSync(log).size > 0)
  await startRotator(scope, log, 'late').said('not cut')
  await endWriters(writers)
  checkLog(log)
})

test('a writer that was stopped before stays so', async (t) => {
  const scope = makeScope(t)
  const log = makeLog(scope.path('logs'))
  const writers = startWriters(scope, log, { writers: 2, pause: 1 })
  await until('lines', () => statSync(log).size > 10_000)
  const [pid = 0] = writers.map((writer) => writer.pid)
  kill(pid, 'SIGSTOP')
  await until('it to stop', () => isStopped(pid))
  await rotateLog(log, rotation)
  assert.deepEqual(
    writers.map((writer) => isStopped(writer.pid ?? 0)),
    [true, false],
  )
  kill(pid, 'SIGCONT')
  await endWriters(writers)
  await rotateLog(log, rotation)
  assert.equal(Object.keys(checkLog(log)).length, 2)
})

test('a line that is not finished stays in the log', async (t) => {
  const log = makeLog(makeScope(t).path('logs'))
  writeFileSync(log, 'one\ntwo\nthr')
  assert.deepEqual(await rotateLog(log, rotation), {
    files: 1,
    bytes: 8,
    dropped: { files: 0, bytes: 0 },
    isLeft: false,
  })
  appendFileSync(log, 'ee\n')
  assert.deepEqual(readParts(log).map(String), ['one\ntwo\n', 'three\n'])
  writeFileSync(log, 'nothing whole')
  assert.equal((await rotateLog(log, rotation)).files, 0)
  assert.equal(readFileSync(log, 'utf8'), 'nothing whole')
  checkClean(log)
})

test('a line of more than 1 MiB that is not finished is no reason to let the log grow', async (t) => {
  const log = makeLog(makeScope(t).path('logs'))
  writeFileSync(log, 'x'.repeat(1024 ** 2 + 1))
  assert.equal((await rotateLog(log, rotation)).files, 1)
  assert.equal(statSync(log).size, 0)
})

test('numbers only grow, files beyond those to be kept go, and what all take together is within the total', async (t) => {
  const log = makeLog(makeScope(t).path('logs'))
  const rotate = (changes: Partial<Rotation>): Promise<unknown> => {
    appendFileSync(log, `${'x'.repeat(9999)}\n`)
    return rotateLog(log, { ...rotation, compress: false, ...changes })
  }
  for (let round = 0; round < 7; round += 1) await rotate({ keep: 3 })
  const numbers = (): number[] => listRotated(log).map(({ sequence }) => sequence)
  assert.deepEqual(numbers(), [5, 6, 7])
  await rotate({ total: 25_000 })
  assert.deepEqual(numbers(), [8])
  assert.deepEqual(readJournal(log)?.dropped, { files: 3, bytes: 30_000 })
  rmSync(`${log}.rotation`)
  writeFileSync(`${log}.000041`, 'mine\n')
  await rotate({})
  assert.deepEqual(numbers(), [8, 41, 42])
  assert.equal(readFileSync(`${log}.000041`, 'utf8'), 'mine\n')
})

test('of a log that is much too large no more stays than is allowed', async (t) => {
  const log = makeLog(folderIn(t, makeScope(t), skipWithoutMemory === false ? memory : undefined))
  const lines = Array.from({ length: 100_000 }, (_, index) => `w0 ${index} ${'x'.repeat(index % 97)}\n`).join('')
  writeFileSync(log, lines)
  await rotateLog(log, { ...rotation, total: 1e6, compress: false }, { whole: false })
  const left = Buffer.concat(readParts(log)).toString()
  assert.ok(left.length <= 1e6, `${left.length}`)
  assert.ok(left.length > 4e5, `${left.length}`)
  assert.ok(lines.endsWith(left) && left.startsWith('w0 '))
})

const full =
  skipUnlessRoot || skipUnlessShell('unshare -m mount -t tmpfs none /mnt', 'no file system can be mounted here')

/** A small disk. */
function makeDisk(t: TestContext, size: string): { folder: string; scope: Scope } {
  let folder: string | undefined
  t.after(() => folder !== undefined && execFileSync('umount', ['-l', folder]))
  const scope = makeScope(t)
  mkdirSync(scope.path('disk'))
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', scope.path('disk')])
  folder = scope.path('disk')
  return { folder, scope }
}

test('a full disk: the oldest files go, then it is refused, and nothing of the log is lost', {
  skip: full,
}, async (t) => {
  const { folder } = makeDisk(t, '2m')
  const log = makeLog(folder)
  const write = (label: string, lines: number): void => appendFileSync(log, `${label.repeat(999)}\n`.repeat(lines))
  const plain = { ...rotation, compress: false }
  const labels = (): string[] => readParts(log).map((part) => `${String(part.subarray(0, 1))}${part.length / 1000}`)
  for (const label of ['a', 'b']) {
    write(label, 300)
    await rotateLog(log, plain)
  }
  write('c', 200)
  fillUp(`${folder}/filler`)
  const { dropped } = await rotateLog(log, plain)
  assert.deepEqual(dropped, { files: 1, bytes: 300_000 })
  assert.deepEqual(labels(), ['b300', 'c200', '0'])
  // Out of reach for the one who makes room.
  for (const { path, sequence } of listRotated(log)) renameSync(path, `${folder}/filler-${sequence}`)
  write('d', 100)
  fillUp(`${folder}/filler`)
  await assert.rejects(rotateLog(log, plain), (error: DaemonicError) => {
    assert.equal(error.code, 'NOT_ROTATED')
    assert.match(error.message, /^The log \S+ was not rotated, and nothing of it is lost: its disk is full \(ENOSPC\)/)
    return true
  })
  assert.deepEqual(labels(), ['d100'])
  rmSync(`${folder}/filler`)
  await rotateLog(log, plain)
  assert.deepEqual(labels(), ['d100', '0'])
  assert.deepEqual(
    readdirSync(folder).filter((name) => /part|new/.test(name)),
    [],
  )
})

/** Fills a disk to its last byte. */
function fillUp(path: string): void {
  const fd = openSync(path, 'a')
  try {
    for (;;) writeSync(fd, Buffer.alloc(4096))
  } catch {
    closeSync(fd)
  }
}

test('what is no log of this user is refused, and is as it was', async (t) => {
  const scope = makeScope(t)
  const refused = async (name: string, why: RegExp): Promise<void> => {
    await assert.rejects(
      rotateLog(name.startsWith('/') ? name : scope.path(name), rotation),
      (error: DaemonicError) => {
        assert.equal(error.code, 'NOT_ROTATED')
        assert.match(error.message, why)
        return true
      },
    )
  }
  writeFileSync(scope.path('file'), 'text\n')
  symlinkSync('file', scope.path('link'))
  mkdirSync(scope.path('folder'))
  execFileSync('mkfifo', [scope.path('fifo')])
  await refused('link', /it is a symbolic link; rotate what it leads to$/)
  await refused('folder', /it is no file$/)
  await refused('fifo', /it is no file$/)
  await refused('/dev/null', /it is no file$/)
  linkSync(scope.path('file'), scope.path('other'))
  await refused('file', /another name as well \(a hard link\)/)
  assert.equal(scope.read('file'), 'text\n')
  assert.deepEqual(await rotateLog(scope.path('none'), rotation), {
    files: 0,
    bytes: 0,
    dropped: { files: 0, bytes: 0 },
    isLeft: false,
  })
})

test('a writer without O_APPEND is refused by its pid', async (t) => {
  const scope = makeScope(t)
  const log = makeLog(scope.path('logs'))
  const fd = openSync(log, 'w')
  const child = spawn('/bin/sh', ['-c', 'echo line; exec sleep 600'], {
    stdio: ['ignore', fd, 'ignore'],
    env: scope.env,
  })
  closeSync(fd)
  await until('a line', () => statSync(log).size > 0)
  await assert.rejects(rotateLog(log, rotation), (error: DaemonicError) => {
    assert.match(error.message, new RegExp(`: process ${child.pid} writes to it without O_APPEND`))
    return true
  })
  assert.equal(readFileSync(log, 'utf8'), 'line\n')
})
