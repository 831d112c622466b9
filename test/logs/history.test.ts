// Reading across rotations: what was cut off is found in the rotated files, in order, nothing of it missing or twice, at any speed.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { appendFileSync, utimesSync, writeFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { LogOptions } from '../../src/lifecycle/logs.ts'
import { openLog } from '../../src/logs/open-log.ts'
import { splitLines } from '../../src/logs/part-lines.ts'
import { readLogFiles } from '../../src/logs/read-log-files.ts'
import { readRest } from '../../src/logs/read-more.ts'
import { readLogOptions } from '../../src/logs/read-options.ts'
import { rotateLog } from '../../src/logs/rotate.ts'
import { listRotated } from '../../src/logs/rotated-files.ts'
import type { Rotation } from '../../src/options/types.ts'
import { until, untilGone } from '../helpers/processes.ts'
import { seededRandom } from '../helpers/random.ts'
import { checkLines, checkLog, endWriters, makeLog, startWriters, untilEnded } from '../helpers/rotating.ts'
import { fixture } from '../helpers/run.ts'
import { makeScope, type Scope } from '../helpers/scope.ts'

const rotation: Rotation = { size: 500_000, keep: 10_000, every: undefined, compress: true, total: 1e9 }

/** Reads a log to its end. */
async function read(path: string, options: LogOptions = {}): Promise<string[]> {
  const lines: string[] = []
  for await (const { bytes } of readLogFiles([{ path, label: 0 }], readLogOptions(options)))
    lines.push(...splitLines(bytes))
  return lines
}

/** Follows a log. */
function follow(
  t: TestContext,
  path: string,
  options: LogOptions = {},
): { lines: string[]; end: () => Promise<string[]> } {
  const abort = new AbortController()
  const lines: string[] = []
  const over = (async () => {
    const given = readLogOptions({ ...options, follow: true, signal: abort.signal })
    for await (const { bytes } of readLogFiles([{ path, label: 0 }], given)) lines.push(...splitLines(bytes))
    return lines
  })()
  const end = (): Promise<string[]> => {
    abort.abort()
    return over
  }
  t.after(end)
  return { lines, end }
}

/** Starts a process that rotates a log. */
function startRotator(scope: Scope, log: string, how: string, size = '500000'): ChildProcess {
  return spawn(process.execPath, [fixture('rotator'), log, how, size], { stdio: 'ignore', env: scope.env })
}

/** A log of so many lines, of which most have been cut off, in files of both forms. */
async function makeRotated(t: TestContext): Promise<{ log: string; all: string[] }> {
  const log = makeLog(makeScope(t).path('logs'))
  const all: string[] = []
  for (let part = 0; part < 6; part += 1) {
    const lines = Array.from({ length: 1 + part * 700 }, (_, index) => `part ${part} line ${index}`)
    all.push(...lines)
    appendFileSync(log, lines.map((line) => `${line}\n`).join(''))
    if (part < 5) await rotateLog(log, { ...rotation, compress: part < 4 })
  }
  return { log, all }
}

for (const how of ['whole', 'size']) {
  test(`a log is followed at full speed while it is rotated ${how === 'whole' ? 'as a whole' : 'by size'}`, async (t) => {
    const scope = makeScope(t)
    const log = makeLog(scope.path('logs'))
    const writers = startWriters(scope, log, { writers: 2, lines: 60_000, children: 1 })
    const rotator = startRotator(scope, log, how)
    const following = follow(t, log)
    await untilEnded(writers)
    rotator.kill('SIGKILL')
    await untilGone(rotator.pid ?? 0)
    const expected = { w0: 60_000, w1: 60_000, 'w0.0': 60_000, 'w1.0': 60_000 }
    assert.deepEqual(checkLines(await following.end()), expected)
    assert.deepEqual(checkLines(await read(log)), expected)
    t.diagnostic(`${listRotated(log).length} files`)
    assert.ok(listRotated(log).length > 0)
  })
}

test('it is read and followed on when rotators are killed at random moments', async (t) => {
  const scope = makeScope(t)
  const random = seededRandom(t)
  const log = makeLog(scope.path('logs'))
  const writers = startWriters(scope, log, { writers: 2, pause: 1 })
  const following = follow(t, log)
  for (let round = 0; round < 15; round += 1) {
    const rotator = startRotator(scope, log, round % 2 === 0 ? 'whole' : 'size', '100000')
    await sleep(80 + random() * 250)
    rotator.kill('SIGKILL')
    await untilGone(rotator.pid ?? 0)
    checkLines((await read(log)).slice(0, -1))
  }
  await endWriters(writers)
  checkLines(await following.end())
  await rotateLog(log, rotation)
  assert.deepEqual(following.lines, await read(log))
  checkLog(log)
})

test('a log that is cut between a look at its journal and the read is read in order', async (t) => {
  const path = makeLog(makeScope(t).path('logs'))
  writeFileSync(path, 'old\n')
  const log = await openLog(path)
  assert.ok(log !== undefined)
  t.after(() => log.handle.close())
  const read = log.handle.read.bind(log.handle) as (...args: unknown[]) => Promise<{ bytesRead: number }>
  let isCut = false
  const readAfterCut = async (...args: unknown[]): Promise<{ bytesRead: number }> => {
    if (!isCut) {
      isCut = true
      await rotateLog(path, rotation)
      appendFileSync(path, 'new\n')
    }
    return read(...args)
  }
  Object.assign(log.handle, { read: readAfterCut })
  const pieces: Buffer[] = []
  for (let pass = 0; pass < 2; pass += 1) for await (const bytes of readRest(log)) pieces.push(bytes)
  assert.equal(Buffer.concat(pieces).toString(), 'old\nnew\n')
})

test('the last lines reach into rotated files, compressed or not', async (t) => {
  const { log, all } = await makeRotated(t)
  assert.deepEqual(
    listRotated(log).map(({ isCompressed }) => isCompressed),
    [true, true, true, true, false],
  )
  assert.deepEqual(await read(log), all)
  for (const lines of [0, 1, 3500, 3501, 3502, 3503, 6302, 6303, 9000, all.length - 1, all.length, all.length + 1])
    assert.deepEqual(await read(log, { lines }), lines === 0 ? [] : all.slice(-lines), `${lines} lines`)
  appendFileSync(log, 'not finished')
  assert.deepEqual(await read(log, { lines: 3502 }), [...all.slice(-3501), 'not finished'])
})

test('what follows the last lines is not in them', async (t) => {
  const { log, all } = await makeRotated(t)
  const following = follow(t, log, { lines: 4000 })
  await until('the last lines', () => following.lines.length === 4000)
  appendFileSync(log, 'one\n')
  await rotateLog(log, rotation)
  appendFileSync(log, 'two\nthr')
  await rotateLog(log, rotation)
  appendFileSync(log, 'ee\n')
  await until('more', () => following.lines.length === 4003)
  assert.deepEqual(await following.end(), [...all.slice(-4000), 'one', 'two', 'three'])
})

test('grep keeps the lines that match, of those that are asked for', async (t) => {
  const { log, all } = await makeRotated(t)
  assert.deepEqual(
    await read(log, { grep: 'line 7\\d$' }),
    all.filter((line) => /line 7\d$/.test(line)),
  )
  assert.deepEqual(
    await read(log, { grep: /LINE 1$/gi }),
    all.filter((line) => / line 1$/.test(line)),
  )
  assert.deepEqual(await read(log, { grep: 'part', lines: 2 }), all.slice(-2))
  assert.deepEqual(await read(log, { grep: 'none of them' }), [])
  await assert.rejects(
    read(log, { grep: '(' }),
    /Expected grep to be a regular expression \(Invalid regular expression/,
  )
})

test('since goes by the times of lines, and else by when the log was rotated', async (t) => {
  const log = makeLog(makeScope(t).path('logs'))
  writeFileSync(log, 'old\n')
  await rotateLog(log, rotation)
  appendFileSync(log, 'newer\n2026-01-01T00:00:00Z says otherwise\n')
  await rotateLog(log, rotation)
  appendFileSync(log, 'newest\n')
  const [first, second] = listRotated(log).map(({ path }) => path)
  utimesSync(first ?? '', 1_700_000_000, 1_700_000_000)
  utimesSync(second ?? '', 1_800_000_000, 1_800_000_000)
  const since = (seconds: number): Promise<string[]> => read(log, { since: new Date(seconds * 1000) })
  assert.deepEqual(await since(1_600_000_000), ['newer', '2026-01-01T00:00:00Z says otherwise', 'newest'])
  assert.deepEqual(await since(1_700_000_000), ['newer', '2026-01-01T00:00:00Z says otherwise', 'newest'])
  assert.deepEqual(await since(1_790_000_000), ['newest'])
  assert.deepEqual(await since(1_800_000_001), [])
})
