// Files of a daemon that somebody broke, and disks that are full: what runs is found and stopped, and is never started twice.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import type { StartOptions } from 'daemonic'
import type { Damage, Operation, Result } from '../fixtures/manage.ts'
import { manage, valuesOf } from '../helpers/manage.ts'
import { skipUnlessRoot, skipUnlessShell } from '../helpers/needs.ts'
import { untilGone } from '../helpers/processes.ts'
import { fixture } from '../helpers/run.ts'
import { endAll, makeScope, type Scope } from '../helpers/scope.ts'

const kinds = {
  module: { name: 'd', module: fixture('module') },
  command: { name: 'd', command: ['sleep', '1000'] },
} as const satisfies Record<string, StartOptions>
type Kind = keyof typeof kinds

const files = ['record.json', 'state.json', 'pid', 'lock'] as const

const damages: Record<string, Damage> = {
  'random bytes': { bytes: randomBytes(4096).toString('latin1') },
  nothing: { bytes: '' },
  'half of it': { kind: 'half' },
  'other JSON': { bytes: '{"kind":"command","options":7,"process":"x"}' },
  'a folder': { kind: 'folder' },
  'a FIFO': { kind: 'fifo' },
  'a dangling link': { kind: 'dangling link' },
  'a link to a precious file': { link: '../../precious' },
  'fifty megabytes': { kind: 'huge' },
}

/** What an operation tells of a daemon, or of several. */
interface Told extends Array<Told> {
  pid?: number | null
  name?: string
  state?: string
  pids?: number[]
}

/** No operation on a damaged daemon may take longer, in milliseconds, on a machine that does much else. */
const bound = 20_000

/** Asserts that an operation came out well, or with an error of ours that names the file; and in time. */
function assertToldOf(file: string, result: Result | undefined, what: string): void {
  assert.ok(result !== undefined && result.took < bound, `${what} took ${result?.took} ms`)
  if (result.error === null) return
  assert.ok(result.error.isOurs && result.error.message.includes(file), `${what}: ${JSON.stringify(result.error)}`)
}

/** The processes that an operation lists. */
function pidsOf(result: Result | undefined): number[] {
  return (result?.value ?? []) as number[]
}

/** What a daemon that runs is taken for under damage: found, listed, and not started a second time. */
async function damageRunning(scope: Scope, options: StartOptions, file: string, how: Damage): Promise<void> {
  const results = await manage(scope, [
    { op: 'start', options },
    { op: 'processes', name: 'd' },
    { op: 'damage', path: scope.path(`home/d/${file}`), how },
    { op: 'find', name: 'd' },
    { op: 'list' },
    { op: 'status', name: 'd' },
    { op: 'start', options },
    { op: 'processes', name: 'd' },
    { op: 'stop', name: 'd' },
  ])
  const again = results.splice(6, 1)[0]
  const [start, , , found, list, status, left, stopped] = valuesOf(results) as Told[]
  const { pid } = start as Told
  assert.deepEqual(
    [found?.pid, list?.[0]?.pid, status?.pid, status?.state, status?.pids],
    [pid, pid, pid, 'running', [pid]],
  )
  assertToldOf(file, again, 'a second start')
  if (again?.error === null) assert.equal((again.value as { pid: number }).pid, pid)
  assert.deepEqual([left, stopped?.pid], [[pid], pid])
  await untilGone(pid as number)
}

/** What can be done with a daemon that does not run: it is damaged before each. */
async function damageStopped(scope: Scope, options: StartOptions, file: string, how: Damage): Promise<void> {
  const damage = { op: 'damage', path: scope.path(`home/d/${file}`), how } as const
  const results = await manage(scope, [
    ...[damage, { op: 'find', name: 'd' } as const, { op: 'list' } as const, { op: 'status', name: 'd' } as const],
    ...[{ op: 'stop', name: 'd' } as const, { op: 'start', options } as const, { op: 'processes', name: 'd' } as const],
    ...[{ op: 'stop', name: 'd' } as const, damage, { op: 'restart', name: 'd' } as const],
    ...[{ op: 'stop', name: 'd' } as const, damage, { op: 'forget', name: 'd' } as const],
    ...[{ op: 'start', options } as const, { op: 'stop', name: 'd' } as const],
  ])
  const [, found, list, status, idle, start, left, , , restart, , , forgotten, afresh, end] = results
  valuesOf([found, list, status, idle, left].map((result) => result as Result))
  for (const [what, result] of Object.entries({ start, restart, forgotten })) assertToldOf(file, result, what)
  assert.equal((valuesOf([status as Result])[0] as Told).pid, null)
  assert.equal(pidsOf(left).length, start?.error === null ? 1 : 0)
  if (forgotten?.error === null) valuesOf([afresh, end].map((result) => result as Result))
  assert.deepEqual(scope.processes(), [])
}

for (const file of files) {
  for (const [what, how] of Object.entries(damages)) {
    test(`${what} in the place of ${file}`, async (t) => {
      // Only a module holds the lock, and only what holds none is found by its mark.
      const both: Kind[] = file === 'state.json' || file === 'lock' ? ['module', 'command'] : ['command']
      for (const kind of both) {
        const scope = makeScope(t)
        writeFileSync(scope.path('precious'), 'precious')
        await damageRunning(scope, kinds[kind], file, how)
        await damageStopped(scope, kinds[kind], file, how)
        assert.equal(scope.read('precious'), 'precious')
      }
    })
  }
}

const recordShapes = [
  'null',
  '[]',
  '"text"',
  '{}',
  '{"kind":"command"}',
  '{"kind":"command","options":null}',
  '{"kind":"command","options":[]}',
  '{"kind":"command","options":{"name":"d","command":5}}',
  '{"kind":"command","options":{"name":"other","command":["sleep","1000"]}}',
  '{"kind":"module","options":{"name":"d","module":{"a":1},"args":5}}',
  '{"kind":"command","options":{"name":"d","command":["sleep"],"args":{},"env":7,"stdout":5,"stopSignal":[]}}',
  '{"kind":"command","options":{"name":"d","command":["sleep"],"env":null,"stdout":"a\\u0000b","ready":{"port":"x"}}}',
  '{"kind":"command","options":{"name":"d","command":["sleep"],"stopTimeout":"soon","workingDir":[],"limits":3}}',
  '{"kind":"program","options":{}}',
  '{"kind":"program","options":{},"rerun":5}',
  '{"kind":"program","options":{},"rerun":{"args":7}}',
  '{"kind":"program","options":{},"rerun":{"args":[7],"workingDir":7}}',
]

test('a record of another shape, while the daemon runs: it is told of, and stopped', async (t) => {
  const scope = makeScope(t)
  for (const bytes of recordShapes) {
    const results = await manage(scope, [
      { op: 'start', options: kinds.command },
      { op: 'damage', path: scope.path('home/d/record.json'), how: { bytes } },
      { op: 'find', name: 'd' },
      { op: 'list' },
      { op: 'status', name: 'd' },
      { op: 'start', options: kinds.command },
      { op: 'restart', name: 'd' },
      { op: 'processes', name: 'd' },
      { op: 'stop', name: 'd' },
      { op: 'forget', name: 'd' },
    ])
    for (const [index, result] of results.entries()) {
      if (![5, 6].includes(index)) assert.equal(result.error, null, `${bytes}: ${JSON.stringify(result.error)}`)
      else assert.ok(result.error === null || result.error.isOurs, `${bytes}: ${JSON.stringify(result.error)}`)
    }
    const left = results[7]
    // A restart that is refused stops nothing; one that is not starts the daemon that was meant, and no other.
    assert.equal(pidsOf(left).length, 1, bytes)
    assert.deepEqual(scope.processes(), [], bytes)
  }
})

/** A namespace of processes, in which whatever goes wrong can end no process of others. */
const alone = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child']
const skipUnlessAlone =
  skipUnlessRoot || skipUnlessShell(`${alone.join(' ')} true`, 'no PID namespaces can be made here')

test('a state without its mark does not make every process of the machine a part of the daemon', {
  skip: skipUnlessAlone,
}, async (t) => {
  const scope = makeScope(t)
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  for (const state of [
    { process: { pid: 2, start: '1', boot: bootId } },
    { process: { pid: 999_999, start: '1', boot: 'other' }, mark: 1, end: 1 },
    { instance: '', process: { pid: 999_999, start: '1', boot: 'other' }, mark: 1, end: 1 },
    { instance: null, process: { pid: 999_999, start: '1', boot: 'other' }, mark: 1, end: 1 },
  ]) {
    const damage = {
      op: 'damage',
      path: scope.path('home/d/state.json'),
      how: { bytes: JSON.stringify(state) },
    } as const
    const values = valuesOf(
      await manage(
        scope,
        [
          { op: 'start', options: kinds.command },
          { op: 'kill', name: 'd' },
          { op: 'stranger', name: 'd', asSession: false },
          ...[
            damage,
            { op: 'status', name: 'd' } as const,
            { op: 'list' } as const,
            { op: 'stop', name: 'd' } as const,
          ],
          ...[damage, { op: 'start', options: kinds.command } as const, { op: 'stop', name: 'd' } as const],
          { op: 'strangers' },
        ],
        // The first process of a namespace reaps orphans: a shell does.
        { within: [...alone, '/bin/sh', '-c', '"$@"; exit $?', 'sh'] },
      ),
    )
    assert.deepEqual(
      (values.at(-1) as { lives: boolean }[]).map(({ lives }) => lives),
      [true],
      JSON.stringify(state),
    )
  }
})

const skipUnlessMounts = skipUnlessRoot || skipUnlessShell('unshare -m true', 'nothing can be mounted here')

/** Runs operations with a home on a disk of its own, that is gone with the last process that sees it. */
async function onDisk(scope: Scope, size: string, operations: Operation[]): Promise<Result[]> {
  mkdirSync(scope.path('home'), { mode: 0o700 })
  const mount = `mount -t tmpfs -o mode=0700,${size} tmpfs "$DAEMONIC_HOME" && "$@"`
  return manage(scope, operations, { within: ['unshare', '-m', '/bin/sh', '-c', mount, 'sh'] })
}

/** A daemon that writes nothing. */
const quiet = (name: string): StartOptions => ({ name, command: ['sleep', '1000'] })

for (const inodes of [false, true]) {
  const what = inodes ? 'without room for one more file' : 'that is full to its last byte'
  test(`a disk ${what}: what runs is told of, stopped and started again; a new name is one clear error`, {
    skip: skipUnlessMounts,
  }, async (t) => {
    const scope = makeScope(t)
    const home = scope.path('home')
    const silent: StartOptions = { name: 'm', module: fixture('silent') }
    const results = await onDisk(scope, inodes ? 'size=1m,nr_inodes=30' : 'size=128k', [
      ...([
        { op: 'start', options: silent },
        { op: 'start', options: quiet('c') },
      ] as Operation[]),
      ...([
        { op: 'start', options: quiet('idle') },
        { op: 'kill', name: 'idle' },
      ] as Operation[]),
      ...['m', 'c', 'idle'].map((name): Operation => ({ op: 'read', path: `${home}/${name}/record.json` })),
      { op: 'fill', folder: home, inodes },
      ...([
        { op: 'list' },
        { op: 'status', name: 'm' },
        { op: 'status', name: 'c' },
        { op: 'status', name: 'idle' },
      ] as Operation[]),
      ...([
        { op: 'start', options: quiet('idle') },
        { op: 'restart', name: 'm' },
        { op: 'restart', name: 'c' },
      ] as Operation[]),
      { op: 'start', options: quiet('new') },
      { op: 'processes', name: 'new' },
      ...['m', 'c', 'idle'].map((name): Operation => ({ op: 'stop', name })),
      ...['m', 'c', 'idle'].map((name): Operation => ({ op: 'read', path: `${home}/${name}/record.json` })),
      { op: 'list' },
      { op: 'shell', script: `rm '${home}'/filler*` },
      ...([
        { op: 'start', options: quiet('new') },
        { op: 'restart', name: 'm' },
        { op: 'restart', name: 'c' },
      ] as Operation[]),
      ...['m', 'c', 'idle', 'new'].map((name): Operation => ({ op: 'stop', name })),
      ...['m', 'c', 'idle', 'new'].map((name): Operation => ({ op: 'forget', name })),
      { op: 'list' },
    ])
    const newcomer = results.splice(15, 1)[0]
    const values = valuesOf(results) as Told[]
    assert.equal(values[7], 'ENOSPC')
    assert.deepEqual(
      values[8]?.map(({ name }) => name),
      ['c', 'idle', 'm'],
    )
    assert.deepEqual([values[9]?.state, values[10]?.state, values[11]?.state], ['running', 'running', 'died'])
    assert.ok(newcomer?.error?.isOurs && /ENOSPC/.test(newcomer.error.message), JSON.stringify(newcomer?.error))
    assert.deepEqual(values[15], [], 'nothing runs of what could not be started')
    assert.deepEqual(values.slice(19, 22), values.slice(4, 7), 'the records are as they were')
    assert.deepEqual(values.at(-1), [])
    assert.deepEqual(scope.processes(), [])
  })
}

test('a record that does not fit on the disk any more is left as it was, byte for byte', {
  skip: skipUnlessMounts,
}, async (t) => {
  const scope = makeScope(t)
  const home = scope.path('home')
  const long: StartOptions = { ...quiet('d'), args: ['1', ...Array.from({ length: 4000 }, () => '0')] }
  const results = await onDisk(scope, 'size=256k', [
    ...([
      { op: 'start', options: quiet('d') },
      { op: 'stop', name: 'd' },
    ] as Operation[]),
    { op: 'read', path: `${home}/d/record.json` },
    { op: 'fill', folder: home, butFor: 8192 },
    { op: 'start', options: long },
    ...([
      { op: 'read', path: `${home}/d/record.json` },
      { op: 'shell', script: `ls '${home}/d'` },
    ] as Operation[]),
    ...([
      { op: 'start', options: quiet('d') },
      { op: 'stop', name: 'd' },
    ] as Operation[]),
  ])
  const failed = results.splice(4, 1)[0]
  assert.ok(failed?.error?.isOurs && /ENOSPC/.test(failed.error.message), JSON.stringify(failed))
  const values = valuesOf(results)
  assert.equal(values[4], values[2])
  assert.equal(values[5], 'lock\nout.log\nrecord.json\nstate.json\nstopping\n', 'nothing half-written is left')
})

test('on a disk that became read-only, what runs is told of and stopped', { skip: skipUnlessMounts }, async (t) => {
  const scope = makeScope(t)
  const results = await onDisk(scope, 'size=256k', [
    // Nothing may have a file open for writing.
    { op: 'start', options: { ...quiet('d'), stdout: '/dev/null', stderr: '/dev/null' } },
    { op: 'processes', name: 'd' },
    { op: 'shell', script: `mount -o remount,ro '${scope.path('home')}'` },
    ...([
      { op: 'list' },
      { op: 'status', name: 'd' },
      { op: 'stop', name: 'd' },
      { op: 'processes', name: 'd' },
    ] as Operation[]),
    { op: 'start', options: quiet('d') },
  ])
  const start = results.pop()
  const values = valuesOf(results) as Told[]
  assert.equal(values[4]?.state, 'running')
  assert.deepEqual(values[6], [])
  assert.ok(start?.error?.isOurs && /EROFS/.test(start.error.message), JSON.stringify(start))
  await endAll(scope.mark)
})
