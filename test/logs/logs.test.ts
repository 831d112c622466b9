// Logs: the last lines of files of any size and content, and lines as they come, each of them once, whatever is done to the file.
import assert from 'node:assert/strict'
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { readFile } from 'node:fs/promises'
import { type TestContext, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import type { State } from '../../src/home/boot/state.cts'
import { type LogOptions, readLogs, readRawLogs } from '../../src/lifecycle/logs.ts'
import type { Lookup } from '../../src/lifecycle/look-up.ts'
import { readLineTime } from '../../src/logs/line-time.ts'
import { splitLines } from '../../src/logs/part-lines.ts'
import { readLogFiles } from '../../src/logs/read-log-files.ts'
import { readLogOptions } from '../../src/logs/read-options.ts'
import { skipUnlessShell } from '../helpers/needs.ts'
import { statOf, until } from '../helpers/processes.ts'
import { type Ran, run } from '../helpers/run.ts'
import { makeScope, type Scope } from '../helpers/scope.ts'

const mib = 1024 ** 2

/** Reads a log to its end: the lines, and the bytes. */
async function readAll(path: string, options: LogOptions = {}): Promise<{ lines: string[]; bytes: Buffer }> {
  const blocks: Buffer[] = []
  for await (const { bytes } of readLogFiles([{ path, label: 0 }], readLogOptions(options))) blocks.push(bytes)
  return { lines: blocks.flatMap(splitLines), bytes: Buffer.concat(blocks) }
}

/** Reads the lines of a log to its end. */
async function read(path: string, options: LogOptions = {}): Promise<string[]> {
  return (await readAll(path, options)).lines
}

/** Writes a file, a MiB at a time. */
function writeBig(path: string, piece: Buffer, count: number): void {
  const fd = openSync(path, 'w')
  for (let index = 0; index < count; index += 1) writeSync(fd, piece)
  closeSync(fd)
}

/** The garbage collector: what it has not come to yet is no memory that the code holds on to. */
setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** How much memory is held on to. */
function memory(): number {
  collectGarbage()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + Math.max(external, arrayBuffers)
}

interface Following {
  /** What came so far. */
  lines: string[]
  bytes: () => Buffer
  /** Aborts, and waits until it is over. */
  end: () => Promise<string[]>
}

/** Follows the files of a scope; when the test is over, this is, too. */
function follow(t: TestContext, scope: Scope, names: string[] = ['log'], options: LogOptions = {}): Following {
  const abort = new AbortController()
  const lines: string[] = []
  const blocks: Buffer[] = []
  const files = names.map((name) => ({ path: scope.path(name), label: name }))
  const over = (async () => {
    const given = readLogOptions({ ...options, follow: true, signal: abort.signal })
    for await (const { bytes } of readLogFiles(files, given)) {
      blocks.push(bytes)
      lines.push(...splitLines(bytes))
    }
    return lines
  })()
  const end = (): Promise<string[]> => {
    abort.abort()
    return over
  }
  t.after(end)
  return { lines, bytes: () => Buffer.concat(blocks), end }
}

/** Has a shell do something in the folder of the test. */
async function shell(scope: Scope, script: string): Promise<Ran> {
  const ran = await run(scope, ['/bin/sh', '-c', script])
  assert.deepEqual({ ...ran }, { code: 0, signal: null, stdout: '', stderr: '' })
  return ran
}

/** Has a shell do something, and waits for what comes of it. */
async function assertComes(scope: Scope, { lines }: Following, script: string, expected: string[]): Promise<void> {
  const before = lines.length
  await shell(scope, script)
  await until(`${expected.length} lines of ${script}`, () => lines.length >= before + expected.length)
  assert.deepEqual(lines.slice(before), expected)
}

/** The numbers of a range, as lines. */
function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, index) => String(from + index))
}

/** Has this process a file open whose path begins like this? */
function hasOpen(path: string): boolean {
  return readdirSync('/proc/self/fd').some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith(path)
    } catch {
      return false
    }
  })
}

const oneLine = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('\n', '')),
  fc.constantFrom('', '\r', 'é', '🙂'),
  // Around the blocks that files are read in.
  fc.tuple(fc.constantFrom('x', 'é'), fc.integer({ min: 65_000, max: 66_000 })).map(([x, count]) => x.repeat(count)),
)
const text = fc
  .tuple(fc.array(oneLine, { maxLength: 12 }), fc.boolean())
  .map(([lines, isFinished]) => lines.join('\n') + (isFinished ? '\n' : ''))

test('the last lines of any text are those of split, and their bytes are those of the file', async (t) => {
  const path = makeScope(t).path('log')
  await fc.assert(
    fc.asyncProperty(text, fc.option(fc.nat(15), { nil: undefined }), async (whole, lines) => {
      writeFileSync(path, whole)
      const all = whole.split('\n')
      if (all.at(-1) === '') all.pop()
      const expected = lines === undefined ? all : all.slice(all.length - Math.min(lines, all.length))
      const seen = await readAll(path, { lines })
      assert.deepEqual(seen.lines, expected)
      const bytes = Buffer.from(expected.join('\n') + (expected.length > 0 && whole.endsWith('\n') ? '\n' : ''))
      assert.ok(seen.bytes.equals(bytes))
    }),
    { numRuns: 300 },
  )
})

test('any bytes come out unchanged', async (t) => {
  const path = makeScope(t).path('log')
  const bytes = fc.array(fc.oneof(fc.constant(10), fc.integer({ min: 0, max: 255 })), { maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(bytes, fc.nat(5), async (given, lines) => {
      const all = Buffer.from(given)
      writeFileSync(path, all)
      assert.ok((await readAll(path)).bytes.equals(all))
      const seen = (await readAll(path, { lines })).bytes
      assert.ok(all.subarray(all.length - seen.length).equals(seen))
      assert.ok(seen.length === all.length || all[all.length - seen.length - 1] === 10 || lines === 0)
    }),
  )
})

test('what is empty, missing, or no file has no lines, and hangs nobody', async (t) => {
  const scope = makeScope(t)
  await shell(scope, 'mkfifo fifo; : > empty; : > file')
  mkdirSync(scope.path('folder'))
  symlinkSync('nowhere', scope.path('dangling'))
  for (const name of ['empty', 'missing', 'file/below', 'fifo', 'folder', 'dangling']) {
    assert.deepEqual(await read(scope.path(name)), [], name)
    assert.deepEqual(await read(scope.path(name), { lines: 3 }), [], name)
  }
  assert.deepEqual(await read('/dev/zero', { lines: 1 }), [])
})

test('who waits to write into a FIFO is left waiting', async (t) => {
  const scope = makeScope(t)
  await shell(scope, 'mkfifo fifo')
  let pid = 0
  const writer = run(scope, ['/bin/sh', '-c', 'echo kept > fifo'], {
    onStart: (child) => {
      pid = child.pid ?? 0
    },
  })
  await until('the writer, asleep', () => statOf(pid)[0] === 'S')
  assert.deepEqual(await read(scope.path('fifo')), [])
  assert.equal(await readFile(scope.path('fifo'), 'utf8'), 'kept\n')
  assert.equal((await writer).code, 0)
})

test('a log that is there and can not be read is an error that says so', async (t) => {
  const scope = makeScope(t)
  symlinkSync('loop', scope.path('loop'))
  const expected = { name: 'DaemonicError', code: 'NOT_READABLE', message: /^The log .*\/loop can't be read: ELOOP/ }
  await assert.rejects(read(scope.path('loop')), expected)
  await assert.rejects(read(scope.path('loop'), { follow: true }), expected)
})

test('line ends of Windows stay, and what is no UTF-8 is replaced', async (t) => {
  const path = makeScope(t).path('log')
  const bytes = Buffer.from([0x61, 0x0d, 0x0a, 0xff, 0x62, 0x0a, 0xe2, 0x82, 0x0a, 0x00, 0x0a, 0xf0, 0x9f])
  writeFileSync(path, bytes)
  assert.deepEqual(await read(path), ['a\r', '\ufffdb', '\ufffd', '\0', '\ufffd'])
  assert.ok((await readAll(path)).bytes.equals(bytes))
})

test('the last lines of 50 MB are there at once; all of them come without filling the memory', async (t) => {
  const path = makeScope(t).path('log')
  const line = `${'x'.repeat(127)}\n`
  writeBig(path, Buffer.from(line.repeat(mib / line.length)), 50)
  appendFileSync(path, 'the last\n')
  const begin = performance.now()
  assert.deepEqual(await read(path, { lines: 2 }), [line.trim(), 'the last'])
  assert.ok(performance.now() - begin < 1000, `it took ${performance.now() - begin} ms`)

  const before = memory()
  let [count, most, blocks] = [0, 0, 0]
  for await (const { bytes } of readLogFiles([{ path, label: 0 }], readLogOptions({ lines: 400_000 }))) {
    count += splitLines(bytes).length
    if (blocks++ % 50 === 0) most = Math.max(most, memory() - before)
  }
  assert.equal(count, 400_000)
  assert.ok(most < 40 * mib, `it took ${most} bytes`)
})

test('a line of 100 MiB comes in pieces of 1 MiB, and does not fill the memory', async (t) => {
  const path = makeScope(t).path('log')
  writeBig(path, Buffer.alloc(mib, 'y'), 100)
  for (const lines of [undefined, 1]) {
    const before = memory()
    let [length, pieces, most] = [0, 0, 0]
    for await (const { bytes } of readLogFiles([{ path, label: 0 }], readLogOptions({ lines }))) {
      pieces += 1
      length += bytes.length
      if (pieces % 10 === 0) most = Math.max(most, memory() - before)
    }
    assert.deepEqual([pieces, length], [100, 100 * mib])
    assert.ok(most < 60 * mib, `it took ${most} bytes`)
  }
})

test('a line is cut only when it is longer than 1 MiB, and never within a character', async (t) => {
  const path = makeScope(t).path('log')
  const lengths = async (content: string): Promise<number[]> => {
    writeFileSync(path, content)
    const { lines, bytes } = await readAll(path)
    assert.ok(bytes.equals(Buffer.from(content)))
    assert.ok(!lines.some((line) => line.includes('\ufffd')))
    return lines.map((line) => Buffer.byteLength(line))
  }
  const exact = 'z'.repeat(mib)
  assert.deepEqual(await lengths(`a\n${exact}\nb\n`), [1, mib, 1])
  assert.deepEqual(await lengths(exact), [mib])
  assert.deepEqual(await lengths(`${'a'.repeat(255)}\n${exact}\n`), [255, mib])
  assert.deepEqual(await lengths(`a\n${exact}z\nb\n`), [1, mib, 1, 1])
  assert.deepEqual(await lengths(`${exact}${exact}z`), [mib, mib, 1])
  assert.deepEqual(await lengths(`${exact.slice(1)}🙂\n`), [mib - 1, 4])
  assert.deepEqual(await lengths(`${exact.slice(2)}🙂\n`), [mib - 2, 4])
  assert.deepEqual(await lengths(`${exact.slice(4)}🙂\n`), [mib])
})

test('each log is read one after the other', async (t) => {
  const scope = makeScope(t)
  writeFileSync(scope.path('a'), '1\n2\n3\n')
  writeFileSync(scope.path('b'), '4\n5')
  writeFileSync(scope.path('c'), '6\n')
  const files = ['a', 'b', 'none', 'c'].map((name) => ({ path: scope.path(name), label: name }))
  const seen: [string, string][] = []
  for await (const { label, bytes } of readLogFiles(files, readLogOptions({ lines: 2 }))) seen.push([label, `${bytes}`])
  assert.deepEqual(seen, [
    ['a', '2\n3\n'],
    ['b', '4\n'],
    ['b', '5'],
    ['c', '6\n'],
  ])
})

test('following gives the last lines, and then those that a writer adds, until it is aborted', async (t) => {
  const scope = makeScope(t)
  writeFileSync(scope.path('log'), 'a\nb\nc\n')
  const following = follow(t, scope, ['log'], { lines: 2 })
  await until('the last lines', () => following.lines.length === 2)
  await assertComes(scope, following, 'seq 1 20000 >> log', numbers(1, 20_000))
  assert.deepEqual((await following.end()).slice(0, 3), ['b', 'c', '1'])
  assert.equal(`a\n${following.bytes()}`, scope.read('log'))
  assert.equal(hasOpen(scope.folder), false)
})

test('what was written before the abort is given, finished or not', async (t) => {
  const scope = makeScope(t)
  const following = follow(t, scope)
  await shell(scope, 'printf "1\\n2\\nrest" > log')
  assert.deepEqual(await following.end(), ['1', '2', 'rest'])
})

test('a signal that is aborted already ends at once; one that is aborted meanwhile ends the reading of all', async (t) => {
  const scope = makeScope(t)
  const path = scope.path('log')
  writeBig(path, Buffer.from('x\n'.repeat(mib / 2)), 4)
  assert.deepEqual(await read(path, { signal: AbortSignal.abort() }), [])
  assert.deepEqual(await read(path, { signal: AbortSignal.abort(), follow: true, lines: 1 }), ['x'])
  const abort = new AbortController()
  let blocks = 0
  for await (const _ of readLogFiles([{ path, label: 0 }], readLogOptions({ signal: abort.signal }))) {
    blocks += 1
    abort.abort()
  }
  assert.equal(blocks, 1)
  assert.equal(hasOpen(scope.folder), false)
})

test('a line that is not finished is held back until it is', async (t) => {
  const scope = makeScope(t)
  writeFileSync(scope.path('a'), '1\nun')
  // The second file is looked at after the first: what comes of it tells that the first was looked at.
  const following = follow(t, scope, ['a', 'b'])
  await assertComes(scope, following, 'echo 2 >> b', ['1', '2'])
  await assertComes(scope, following, 'printf fini >> a; echo 3 >> b', ['3'])
  await assertComes(scope, following, 'echo shed >> a', ['unfinished'])
  await assertComes(scope, following, 'printf "4\\n5" >> a', ['4'])
  assert.deepEqual((await following.end()).slice(-2), ['4', '5'])
})

test('with no lines asked for, following begins with the next line, and that is a whole one', async (t) => {
  const scope = makeScope(t)
  writeFileSync(scope.path('finished'), '1\n2\n')
  writeFileSync(scope.path('unfinished'), '3\nha')
  writeFileSync(scope.path('cut'), '5\n6\n')
  const { lines, end } = follow(t, scope, ['finished', 'unfinished', 'cut', 'ready'], { lines: 0 })
  await until('a line of those that are added', () => {
    appendFileSync(scope.path('ready'), 'ready\n')
    return lines.length > 0
  })
  await shell(scope, 'echo 4 >> finished; echo lf >> unfinished; echo 7 > cut')
  assert.deepEqual(
    (await end()).filter((line) => line !== 'ready'),
    ['4', 'half', '7'],
  )
})

test('following survives truncation, renaming, removal and creation', async (t) => {
  const scope = makeScope(t)
  writeFileSync(scope.path('log'), 'a\nb\n')
  const following = follow(t, scope, ['log'], { lines: 1 })
  await until('the last line', () => following.lines.length === 1)
  await assertComes(scope, following, ': > log; echo c >> log', ['c'])
  await assertComes(scope, following, 'rm log; seq 1 1000 >> log', numbers(1, 1000))
  await assertComes(scope, following, ': > log; seq 1001 1002 >> log', numbers(1001, 1002))
  await assertComes(scope, following, ': > log; seq 1003 9000 >> log', numbers(1003, 9000))
  await assertComes(scope, following, 'cp log log.0; : > log; seq 9001 9002 >> log', numbers(9001, 9002))
  await assertComes(scope, following, 'seq 9003 9005 >> log; mv log log.1; seq 9006 9009 >> log', numbers(9003, 9009))
  await assertComes(scope, following, 'mv log log.2; seq 9010 9011 >> log.2', numbers(9010, 9011))
  await assertComes(scope, following, 'seq 9012 9013 >> log.2; seq 9014 9015 >> log', numbers(9012, 9015))
  await assertComes(scope, following, 'rm log; seq 9016 9020 >> log', numbers(9016, 9020))
  await assertComes(scope, following, 'rm log; mkfifo log', [])
  await assertComes(scope, following, 'rm log; seq 9021 9022 > new; mv new log', numbers(9021, 9022))
  assert.deepEqual(await following.end(), ['b', 'c', ...numbers(1, 9022)])
})

test('a renamed file is read on until there is something in the new one', async (t) => {
  const scope = makeScope(t)
  const following = follow(t, scope)
  await assertComes(scope, following, 'echo 1 >> log', ['1'])
  await assertComes(scope, following, 'mv log old; : > log; echo 2 >> old', ['2'])
  await assertComes(scope, following, 'echo 3 >> old', ['3'])
  await assertComes(scope, following, 'printf "4\\nun" >> old; echo 5 >> log', ['4', 'un', '5'])
  assert.equal(hasOpen(scope.path('old')), false)
})

test('a file that was truncated and has some of its lines again is read from its beginning', async (t) => {
  const scope = makeScope(t)
  const following = follow(t, scope)
  await assertComes(scope, following, 'seq 1 1000 >> log', numbers(1, 1000))
  await assertComes(scope, following, ': > log; seq 500 1000 >> log', numbers(500, 1000))
  const [block, again] = ['x'.repeat(511), numbers(1, 1000)]
  await assertComes(scope, following, ': > log; seq 1 1000 >> log', again)
  await assertComes(scope, following, `: > log; (echo ${block}; seq 1 1000) >> log`, [block, ...again])
})

test('a line that was not finished when its file was truncated is given, and not glued to the next', async (t) => {
  const scope = makeScope(t)
  const following = follow(t, scope)
  await assertComes(scope, following, 'printf "1\\nun" >> log', ['1'])
  await assertComes(scope, following, ': > log; echo 2 >> log', ['un', '2'])
})

const collapses = skipUnlessShell(
  'f=$(mktemp) && head -c 65536 /dev/zero > $f && fallocate --collapse-range -o 0 -l 4096 $f; r=$?; rm -f $f; exit $r',
  'this file system can not collapse ranges',
)

test('following survives the collapse of the head of the file', { skip: collapses }, async (t) => {
  const scope = makeScope(t)
  const cut = 'fallocate --collapse-range --offset 0 --length'
  const following = follow(t, scope)
  await assertComes(scope, following, 'seq 1 20000 >> log', numbers(1, 20_000))
  await assertComes(scope, following, `${cut} 8192 log; seq 20001 20002 >> log`, numbers(20_001, 20_002))
  await assertComes(scope, following, `seq 20003 20004 >> log; ${cut} 65536 log`, numbers(20_003, 20_004))
  await assertComes(scope, following, `${cut} 16384 log; seq 20005 50000 >> log`, numbers(20_005, 50_000))
  await assertComes(scope, following, `printf un >> log; ${cut} 4096 log; echo finished >> log`, ['unfinished'])
})

const writers = {
  /** Opens the file for each line. */
  'opens the file for each line': `
    const write = (line) => fs.appendFileSync('log', line)`,
  /** Has the file open until it is told, as a daemon does. */
  'opens the file anew when it is told': `
    let fd = fs.openSync('log', 'a')
    process.on('SIGHUP', () => { fs.closeSync(fd); fd = fs.openSync('log', 'a') })
    const write = (line) => fs.writeSync(fd, line)`,
}

for (const [what, writer] of Object.entries(writers)) {
  test(`no line is lost or doubled in ten rotations, by a writer that ${what}`, async (t) => {
    const scope = makeScope(t)
    const path = scope.path('log')
    const following = follow(t, scope)
    let pid = 0
    const script = `const fs = require('node:fs')${writer}
      let count = 0
      const timer = setInterval(() => {
        for (let i = 0; i < 10; i += 1) write(++count + '\\n')
        if (count === 20000) clearInterval(timer)
      }, 1)`
    const written = run(scope, [process.execPath, '-e', script], {
      onStart: (child) => {
        pid = child.pid ?? 0
      },
    })
    for (let rotation = 1; rotation <= 10; rotation += 1) {
      const before = following.lines.length
      await until('lines', () => following.lines.length > before && existsSync(path))
      renameSync(path, `${path}.${rotation}`)
      if (what.includes('told')) {
        writeFileSync(path, '')
        process.kill(pid, 'SIGHUP')
      }
      // A file that comes and goes between two looks is not seen: the next rotation waits until this one was.
      const moved = await until('lines in the new file', () => existsSync(path) && firstLine(path))
      await until('the first of them', () => following.lines.includes(moved))
    }
    assert.equal((await written).code, 0)
    assert.deepEqual(await following.end(), numbers(1, 20_000))
  })
}

/** The first line of a file, once it is whole. */
function firstLine(path: string): string | undefined {
  return /^(.*)\n/.exec(readFileSync(path, 'utf8'))?.[1]
}

test('a consumer that leaves the loop leaves nothing behind', async (t) => {
  const scope = makeScope(t)
  writeFileSync(scope.path('log'), '1\n2\n')
  for (const shouldFollow of [false, true]) {
    for await (const _ of readLogFiles(
      [{ path: scope.path('log'), label: 0 }],
      readLogOptions({ follow: shouldFollow }),
    ))
      break
    assert.equal(hasOpen(scope.folder), false)
  }
  const module = (name: string) => JSON.stringify(new URL(`../../src/logs/${name}.js`, import.meta.url))
  const script = `
    import { appendFileSync } from 'node:fs'
    import { readLogFiles } from ${module('read-log-files')}
    import { readLogOptions } from ${module('read-options')}
    for await (const { bytes } of readLogFiles([{ path: 'log' }], readLogOptions({ follow: true }))) {
      if (String(bytes) === 'last\\n') break
      appendFileSync('log', 'last\\n')
    }`
  const ran = await run(scope, [process.execPath, '--input-type=module', '-e', script])
  assert.deepEqual({ ...ran }, { code: 0, signal: null, stdout: '', stderr: '' })
})

test('nothing is read before it is asked for', async (t) => {
  const scope = makeScope(t)
  writeFileSync(scope.path('log'), '1\n')
  const blocks = readLogFiles([{ path: scope.path('log'), label: 0 }], readLogOptions({ follow: true }))
  assert.equal(hasOpen(scope.folder), false)
  assert.equal(String((await blocks.next()).value?.bytes), '1\n')
  appendFileSync(scope.path('log'), 'x'.repeat(99))
  truncateSync(scope.path('log'))
  appendFileSync(scope.path('log'), '2\n')
  assert.equal(String((await blocks.next()).value?.bytes), '2\n')
  await blocks.return(undefined)
  assert.equal(hasOpen(scope.folder), false)
})

const local = (text: string): number => new Date(text).getTime()
const times: Record<string, number | undefined> = {
  '2026-01-02T03:04:05Z it began': Date.UTC(2026, 0, 2, 3, 4, 5),
  '[2026-01-02T03:04:05.678Z] it began': Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  '2026-01-02T03:04:05.678901234+02:00': Date.UTC(2026, 0, 2, 1, 4, 5, 678),
  '2026-01-02T03:04:05.6-0130 it': Date.UTC(2026, 0, 2, 4, 34, 5, 600),
  '2026-01-02T03:04:05+02 it': Date.UTC(2026, 0, 2, 1, 4, 5),
  '2026-01-02 03:04:05 +0100 it': Date.UTC(2026, 0, 2, 2, 4, 5),
  '2026-01-02T03:04Z': Date.UTC(2026, 0, 2, 3, 4),
  '2026-01-02 03:04:05,678 - it': local('2026-01-02T03:04:05.678'),
  '2026-01-02T03:04:05 Zoe came': local('2026-01-02T03:04:05'),
  '2026-13-02T03:04:05Z': undefined,
  '2026-01-02': undefined,
  ' 2026-01-02T03:04:05Z': undefined,
  'at 2026-01-02T03:04:05Z': undefined,
  '': undefined,
  '{"time":"2026-01-02T03:04:05Z","msg":"it"}': Date.UTC(2026, 0, 2, 3, 4, 5),
  '{"level":30,"time":1767323045678}\r': 1_767_323_045_678,
  '{"ts":1767323045.5}': 1_767_323_045_500,
  '{"timestamp":1767323045}': 1_767_323_045_000,
  '{"time":"soon","timestamp":null,"ts":1767323045}': 1_767_323_045_000,
  '{"time":"soon"}': undefined,
  '{"time":1767323045': undefined,
}

for (const [line, time] of Object.entries(times)) {
  test(`the time of the line '${line.trim()}' is ${time === undefined ? 'not known' : new Date(time).toISOString()}`, () => {
    assert.equal(readLineTime(Buffer.from(`${line}\n`)), time)
    assert.equal(readLineTime(Buffer.from(line)), time)
  })
}

/** A time so many minutes ago. */
const ago = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString()

test('since leaves out what is older; a line without a time has the one of the line before it', async (t) => {
  const path = makeScope(t).path('log')
  const line = { old: `${ago(20)} old`, new: `[${ago(5)}] new`, json: `{"time":"${ago(1)}"}` }
  writeFileSync(path, `before\n${line.old}\n  at old\n${line.new}\n  at new\n${line.old}\n${line.json}\n\nrest`)
  const expected = [line.new, '  at new', line.json, '', 'rest']
  for (const since of ['10m', 600_000, new Date(Date.now() - 600_000)]) {
    assert.deepEqual(await read(path, { since }), expected)
    assert.deepEqual(await read(path, { since, lines: 99 }), expected)
    assert.deepEqual(await read(path, { since, lines: 6 }), expected)
    assert.deepEqual(await read(path, { since, lines: 5 }), expected.slice(1))
    assert.deepEqual(await read(path, { since, lines: 1 }), ['rest'])
    assert.deepEqual(await read(path, { since, lines: 0 }), [])
  }
  assert.deepEqual(await read(path, { since: new Date(0) }), readFileSync(path, 'utf8').split('\n').slice(1))
  assert.deepEqual(await read(path, { since: '1ms' }), [])
})

test('the pieces of a long line have the time of its beginning', async (t) => {
  const path = makeScope(t).path('log')
  const long = `${ago(5)} ${'x'.repeat(mib - 25)}${ago(20)}`
  writeFileSync(path, `${ago(20)} old\n${long}\n`)
  assert.equal((await read(path, { since: '10m' })).join(''), long)
})

test('what comes while it is followed was written now, unless it says otherwise', async (t) => {
  const scope = makeScope(t)
  const [old, begun] = [`${ago(20)} old`, `${ago(0)} begun`]
  writeFileSync(scope.path('log'), `${old}\nold, too\n`)
  writeFileSync(scope.path('other'), `${begun}\n`)
  const following = follow(t, scope, ['log', 'other', 'created'], { since: '10m' })
  await until('the last lines', () => following.lines.length === 1)
  await assertComes(scope, following, 'echo 1 >> log', ['1'])
  await assertComes(scope, following, 'echo 2 > created', ['2'])
  await assertComes(scope, following, `echo "${old}" >> log; echo 3 >> created`, ['3'])
  await assertComes(scope, following, `printf "${begun}\\nun" >> log`, [begun])
  await assertComes(scope, following, `: > log; printf "${old}\\n${begun}\\n" >> log`, ['un', begun])
  assert.deepEqual(await following.end(), [begun, '1', '2', '3', begun, 'un', begun])
})

/** A daemon of a test, whose present life began a while ago. */
function lookup(scope: Scope, options: Record<string, unknown>, logsFrom = { stdout: 0, stderr: 0 }): Lookup {
  const seen = { startedAt: Date.now() - 300_000, logsFrom } as State
  return { name: 'web', folder: scope.folder, declared: { kind: 'command', options } as Lookup['declared'], seen }
}

/** Collects what is given. */
async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = []
  for await (const value of values) all.push(value)
  return all
}

test('the logs of daemons are found, named, and read as lines or byte for byte', async (t) => {
  const scope = makeScope(t)
  writeFileSync(scope.path('out'), '1\n2\n')
  writeFileSync(scope.path('err'), '3\r\n\xff')
  writeFileSync(scope.path('out.log'), '4\n')
  const daemons = [
    lookup(scope, { stdout: scope.path('out'), stderr: scope.path('err') }),
    { ...lookup(scope, {}), name: 'other' },
    lookup(scope, { stdout: '/dev/null', stderr: '/dev/null' }),
  ]
  assert.deepEqual(await collect(readLogs(daemons, { lines: 1 })), [
    { name: 'web', stream: 'stdout', line: '2' },
    { name: 'web', stream: 'stderr', line: '\xff' },
    { name: 'other', stream: 'stdout and stderr', line: '4' },
  ])
  assert.equal(Buffer.concat(await collect(readRawLogs(daemons, {}))).toString(), '1\n2\n3\r\n\xff4\n')
  assert.deepEqual(await collect(readLogs(daemons.slice(2), { follow: true })), [])
})

test('lines without a time are as old as the present life, when they are of it', async (t) => {
  const scope = makeScope(t)
  const lines = async (since: string): Promise<string[]> =>
    (await collect(readLogs([lookup(scope, {}, { stdout: 7, stderr: 7 })], { since }))).map(({ line }) => line)
  writeFileSync(scope.path('out.log'), 'before\nafter\nthen\n')
  assert.deepEqual(await lines('10m'), ['after', 'then'])
  assert.deepEqual(await lines('4m'), [])
  writeFileSync(scope.path('out.log'), `before\nafter\n${ago(1)}\nthen\n`)
  assert.equal((await lines('4m')).length, 2)
  writeFileSync(scope.path('out.log'), `before\nafter\n${ago(20)}\nthen\n`)
  assert.deepEqual(await lines('10m'), ['after'])
})

const wrong: [string, unknown][] = [
  ['lines', -1],
  ['lines', 1.5],
  ['lines', '10'],
  ['follow', 'yes'],
  ['since', 'yesterday'],
  ['since', 0],
  ['since', -5],
  ['since', new Date('never')],
  ['signal', {}],
  ['tail', 5],
]

for (const [option, value] of wrong) {
  test(`the option ${option}: ${String(value)} is refused`, async () => {
    const expected = { name: 'InvalidOptionError', code: 'INVALID_OPTION', option, value, message: new RegExp(option) }
    await assert.rejects(readLogs([], { [option]: value }).next(), expected)
    await assert.rejects(readRawLogs([], { [option]: value }).next(), expected)
  })
}
