// The rooms stay in their order: imports go downwards only, and the two sides of a call do not load each other.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { test } from 'node:test'
import { projectFile } from './helpers/run.ts'

const layers = [
  ['errors.ts'],
  ['options'],
  ['system'],
  ['detach'],
  ['ready', 'home', 'logs', 'rpc'],
  ['lifecycle'],
  ['become', 'audit', 'service'],
  ['keeper'],
  ['cli', 'index.ts', 'client.ts', 'service.ts'],
]
const src = projectFile('src')
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((file) => /\.c?ts$/.test(file))

/** The files that a file imports: statically, or at all. */
function importsOf(file: string, kind: 'static' | 'all' | 'values'): string[] {
  const text = readFileSync(join(src, file), 'utf8')
  const statics = [...text.matchAll(/^(?:import|export) (type )?[^;]*? from '(\.[^']+)'/gm)].filter(
    ([, type]) => kind === 'all' || !type,
  )
  const dynamics = kind === 'all' ? [...text.matchAll(/import\('(\.[^']+)'\)/g)].map(([, path = '']) => path) : []
  return [...statics.map(([, , path = '']) => path), ...dynamics].map((path) =>
    normalize(join(file, '..', path)).replace(/js$/, 'ts'),
  )
}

const layerOf = (file: string): number => layers.findIndex((rooms) => rooms.includes(file.split('/')[0] ?? ''))

/** All that is loaded with a file. */
function loadedWith(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const other of importsOf(file, 'values')) loadedWith(other, seen)
  return seen
}

test('every file is in a room that has a layer, and is found by its imports', () => {
  assert.ok(files.length > 30)
  for (const file of files) {
    assert.notEqual(layerOf(file), -1, file)
    for (const other of importsOf(file, 'all')) assert.ok(files.includes(other), `${file} imports ${other}`)
  }
})

test('imports go downwards only', () => {
  for (const file of files) {
    for (const other of importsOf(file, 'all')) {
      const isInside = file.split('/')[0] === other.split('/')[0]
      assert.ok(isInside || layerOf(other) < layerOf(file), `${file} imports ${other}`)
    }
  }
})

test('there is no cycle', () => {
  for (const file of files) {
    for (const other of importsOf(file, 'values'))
      assert.ok(!loadedWith(other).has(file), `${other} leads back to ${file}`)
  }
})

test('the door loads neither side, and the two sides do not load each other', () => {
  const door = loadedWith('index.ts')
  for (const side of ['launch-daemon', 'arrive', 'run-function']) assert.ok(!door.has(`become/${side}.ts`), side)
  assert.ok(
    ![...loadedWith('become/launch-daemon.ts')].some((file) =>
      /arrive|run-function|privileges|detach\/boot/.test(file),
    ),
  )
  assert.ok(
    ![...loadedWith('become/arrive.ts')].some((file) =>
      /launch|home\/|ready\/|options\/|detach\/(?:launch|trampoline)/.test(file),
    ),
  )
})

test('only entries do something when they are imported, and they are short', () => {
  const entries = files.filter((file) => /\.entry\.c?ts$/.test(file))
  assert.deepEqual(entries.sort(), [
    'cli/main.entry.cts',
    'detach/boot/after-preloads.entry.cts',
    'detach/boot/boot.entry.cts',
    'keeper/hand.entry.ts',
    'keeper/keeper.entry.cts',
    'lifecycle/boot/spawn-command.entry.cts',
  ])
  for (const file of entries) assert.ok(readFileSync(join(src, file), 'utf8').split('\n').length < 30, file)
})
