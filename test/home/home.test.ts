// The home: refused when others could have put something into it, private whatever the umask, and found where it is said to be.
import assert from 'node:assert/strict'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Operation } from '../fixtures/manage.ts'
import { homeEnv, manage, valuesOf } from '../helpers/manage.ts'
import { skipUnlessRoot, skipUnlessShell } from '../helpers/needs.ts'
import { until } from '../helpers/processes.ts'
import { fixture } from '../helpers/run.ts'
import { endAll, makeScope, type Scope } from '../helpers/scope.ts'

const module = fixture('module')
const command = ['sleep', '1000']

/** All that is in a folder, and itself, with type and mode: what must stay as it is. */
function snapshot(path: string): string[] {
  const stats = lstatSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return []
  const own = `${path} ${stats.mode.toString(8)} ${stats.uid} ${stats.size} ${stats.mtimeMs}`
  return stats.isDirectory() ? [own, ...readdirSync(path).flatMap((name) => snapshot(join(path, name)))] : [own]
}

/** The mode of each file and folder below one, by its path in there. */
function modesIn(folder: string, prefix = ''): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const mode = (statSync(join(folder, entry.name)).mode & 0o7777).toString(8)
      const below = entry.isDirectory() ? modesIn(join(folder, entry.name), `${prefix}${entry.name}/`) : {}
      return [[`${prefix}${entry.name}`, mode] as const, ...Object.entries(below)]
    }),
  )
}

const unsafe: Record<string, { make: (path: string) => void; message: RegExp; skip?: string | false }> = {
  'a link to a private folder': {
    make: (path) => {
      mkdirSync(`${path}-target`, { mode: 0o700 })
      symlinkSync(`${path}-target`, path)
    },
    message: /is a symbolic link: set DAEMONIC_HOME to where it leads/,
  },
  'a link that leads nowhere': {
    make: (path) => symlinkSync(`${path}-target`, path),
    message: /is a symbolic link/,
  },
  'a file': { make: (path) => writeFileSync(path, 'precious'), message: /is no folder: move it away/ },
  'a folder of another user': {
    make: (path) => {
      mkdirSync(path, { mode: 0o700 })
      chownSync(path, 65_534, 65_534)
    },
    message: /belongs to uid 65534, and this is uid 0: use it as that user/,
    skip: skipUnlessRoot,
  },
}
for (const mode of [0o755, 0o770, 0o701, 0o777, 0o500]) {
  unsafe[`a folder with mode 0${mode.toString(8)}`] = {
    make: (path) => {
      mkdirSync(path)
      chmodSync(path, mode)
    },
    message: new RegExp(`has mode 0${mode.toString(8)}, not 0700: chmod 700 '.*home'`),
  }
}

for (const [what, { make, message, skip = false }] of Object.entries(unsafe)) {
  test(`a home that is ${what} is refused, and nothing is started or written`, { skip }, async (t) => {
    const scope = makeScope(t)
    make(scope.path('home'))
    const before = snapshot(scope.folder)
    const results = await manage(scope, [
      { op: 'list' },
      { op: 'find', name: 'd' },
      { op: 'start', options: { name: 'd', module } },
      { op: 'start', options: { name: 'd', command } },
    ])
    for (const { error } of results) {
      assert.equal(error?.code, 'HOME_UNSAFE', JSON.stringify(error))
      assert.match(error.message, message)
      assert.ok(error.message.includes(scope.path('home')))
    }
    assert.deepEqual(snapshot(scope.folder), before)
    assert.deepEqual(scope.processes(), [])
  })
}

test('a home that was opened to others after a start is refused, too; the daemon goes on', async (t) => {
  const scope = makeScope(t)
  valuesOf(await manage(scope, [{ op: 'start', options: { name: 'd', command } }]))
  chmodSync(scope.path('home'), 0o711)
  for (const { error } of await manage(scope, [{ op: 'stop', name: 'd' }, { op: 'list' }])) {
    assert.equal(error?.code, 'HOME_UNSAFE')
  }
  await until('the command alone', () => scope.processes().length === 1)
  chmodSync(scope.path('home'), 0o700)
  valuesOf(await manage(scope, [{ op: 'stop', name: 'd' }]))
  assert.deepEqual(scope.processes(), [])
})

/** What is in the folder of a daemon, and who may look at it. */
const modes = {
  '': '700',
  '/lock': '600',
  '/out.log': '640',
  '/pid': '644',
  '/record.json': '600',
  '/state.json': '600',
}

/** Asserts that the home holds these daemons, private, and nothing else. */
function assertPrivate(scope: Scope, home: string, names: string[]): void {
  const expected = names.flatMap((name) => Object.entries(modes).map(([file, mode]) => [`${name}${file}`, mode]))
  assert.equal((statSync(home).mode & 0o7777).toString(8), '700')
  assert.deepEqual(modesIn(home), Object.fromEntries(expected), scope.folder)
}

/** Another user, who may run what this one may, and needs the rights that a mode gives. */
const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups']
const skipUnlessNobodyRuns =
  skipUnlessRoot ||
  skipUnlessShell(`${asNobody.join(' ')} ${process.execPath} ${module} 'exit after' 0`, "nobody can't run Node here")

for (const mask of [0, 0o077, 0o277, 0o777]) {
  for (const [user, within, skip] of [
    ['this user', [], false],
    ['nobody', asNobody, skipUnlessNobodyRuns],
  ] as const) {
    const what = `with umask 0${mask.toString(8)}, as ${user}`
    test(`a home is made private, with the folders above it: ${what}`, { skip }, async (t) => {
      const scope = makeScope(t)
      const home = scope.path('some/where/home')
      const env = { ...homeEnv(scope), DAEMONIC_HOME: home }
      const operations: Operation[] = [
        { op: 'umask', mask },
        { op: 'start', options: { name: 'm', module } },
        { op: 'start', options: { name: 'c', command } },
        { op: 'list' },
      ]
      const [, m, c, list] = valuesOf(await manage(scope, operations, { env, within })) as [
        unknown,
        object,
        object,
        object[],
      ]
      assert.deepEqual(list, [
        { ...c, wasRunning: true },
        { ...m, wasRunning: true },
      ])
      assertPrivate(scope, home, ['c', 'm'])
      for (const folder of ['some', 'some/where']) assert.equal(statSync(scope.path(folder)).mode & 0o7777, 0o700)
      const again: Operation[] = [
        { op: 'umask', mask },
        { op: 'restart', name: 'm' },
        { op: 'stop', name: 'm' },
        { op: 'stop', name: 'c' },
      ]
      valuesOf(await manage(scope, again, { env, within }))
      assert.deepEqual(scope.processes(), [])
    })
  }
}

/** Where a start puts the home with these variables, and no others that say so, relative to the scope's folder. */
async function homeWith(scope: Scope, variables: Record<string, string>): Promise<string[]> {
  const env = { ...scope.env, ...variables }
  for (const name of ['DAEMONIC_HOME', 'XDG_STATE_HOME']) if (!(name in variables)) delete env[name]
  const operations: Operation[] = [
    { op: 'start', options: { name: 'd', command } },
    { op: 'stop', name: 'd' },
  ]
  valuesOf(await manage(scope, operations, { env }))
  const found = Object.keys(modesIn(scope.folder)).filter((path) => path.endsWith('/d/state.json'))
  for (const name of readdirSync(scope.folder)) rmSync(scope.path(name), { recursive: true })
  return found.map((path) => path.replace('/d/state.json', ''))
}

test('where it is: $DAEMONIC_HOME, else $XDG_STATE_HOME/daemonic, else ~/.local/state/daemonic', async (t) => {
  const scope = makeScope(t)
  const [DAEMONIC_HOME, XDG_STATE_HOME, HOME] = [scope.path('own'), scope.path('state'), scope.path('user')]
  assert.deepEqual(await homeWith(scope, { DAEMONIC_HOME, XDG_STATE_HOME, HOME }), ['own'])
  assert.deepEqual(await homeWith(scope, { XDG_STATE_HOME, HOME }), ['state/daemonic'])
  assert.deepEqual(await homeWith(scope, { DAEMONIC_HOME: '', XDG_STATE_HOME, HOME }), ['state/daemonic'])
  assert.deepEqual(await homeWith(scope, { HOME }), ['user/.local/state/daemonic'])
  assert.deepEqual(await homeWith(scope, { XDG_STATE_HOME: '', HOME }), ['user/.local/state/daemonic'])
  assert.deepEqual(await homeWith(scope, { XDG_STATE_HOME: 'state', HOME }), ['user/.local/state/daemonic'])
})

for (const [what, value] of Object.entries({ 'not set': undefined, empty: '', relative: 'here' })) {
  test(`where HOME is ${what}, it is in the home of the user, and not in the working directory`, {
    skip: skipUnlessNobodyRuns,
  }, async (t) => {
    const scope = makeScope(t)
    const { HOME: _, DAEMONIC_HOME: __, XDG_STATE_HOME: ___, ...rest } = scope.env
    const env = value === undefined ? rest : { ...rest, HOME: value }
    // nobody's is /nonexistent, which can't be made: an error that names it.
    const [{ error } = { error: null }] = await manage(scope, [{ op: 'start', options: { name: 'd', command } }], {
      env,
      within: asNobody,
    })
    assert.equal(error?.code, 'HOME_UNUSABLE', JSON.stringify(error))
    assert.match(error.message, /\/nonexistent.*; set DAEMONIC_HOME to a folder that this user can write to/)
    assert.deepEqual(readdirSync(scope.folder), [])
  })
}

test('a user without a home is told to set one', { skip: skipUnlessNobodyRuns }, async (t) => {
  const scope = makeScope(t)
  const { HOME: _, DAEMONIC_HOME: __, XDG_STATE_HOME: ___, ...env } = scope.env
  const within = asNobody.map((word) => word.replace('65534', '54321'))
  const [result] = await manage(scope, [{ op: 'start', options: { name: 'd', command } }], { env, within })
  assert.equal(result?.error?.code, 'HOME_UNUSABLE', JSON.stringify(result))
  assert.match(result.error.message, /HOME is not set.*: set DAEMONIC_HOME$/)
})

test('a home that can not be made is an error that names it and says what to do', async (t) => {
  const scope = makeScope(t)
  writeFileSync(scope.path('file'), '')
  const env = { ...homeEnv(scope), DAEMONIC_HOME: scope.path('file/home') }
  const [list, start] = await manage(scope, [{ op: 'list' }, { op: 'start', options: { name: 'd', module } }], { env })
  assert.equal(start?.error?.code, 'HOME_UNUSABLE')
  assert.ok(start.error.message.includes(scope.path('file/home')))
  assert.ok(list?.error === null || list?.error.isOurs, JSON.stringify(list))
})

const hostile = [
  '',
  '.',
  '..',
  '-d',
  '--help',
  '.d',
  '_d',
  'a/b',
  '/d',
  '../d',
  'a b',
  'a\n',
  '\n',
  'a\0b',
  'é',
  '*',
  '~',
  '$HOME',
  'a'.repeat(65),
  '__proto__',
  42,
  null,
  ['d'],
  {},
]

test('hostile names are refused by a start and not found otherwise, and nothing is written', async (t) => {
  const scope = makeScope(t)
  const starts = hostile.map((name) => ({ op: 'start', options: { name, command } }) as unknown as Operation)
  for (const [index, { error }] of (await manage(scope, starts)).entries()) {
    assert.equal(error?.code, 'INVALID_OPTION', `${hostile[index]}: ${JSON.stringify(error)}`)
    assert.match(error.message, /\bname\b/)
  }
  const finds = hostile.map((name) => ({ op: 'find', name }) as unknown as Operation)
  for (const value of valuesOf(await manage(scope, finds))) assert.equal(value, null)
  assert.equal(existsSync(scope.path('home')), false)
  assert.deepEqual(readdirSync(scope.folder), [])
})

test('odd names that are allowed are names of folders and nothing else', async (t) => {
  const scope = makeScope(t)
  const names = ['0', 'a..b', 'a'.repeat(64), 'constructor', 'toString', 'x.forgotten', 'a-', 'lock', 'state.json']
  const operations = names.flatMap((name): Operation[] => [
    { op: 'start', options: { name, command } },
    { op: 'stop', name },
  ])
  valuesOf(await manage(scope, operations))
  assertStopped(scope, names)
  valuesOf(
    await manage(
      scope,
      names.map((name) => ({ op: 'forget', name })),
    ),
  )
  assert.deepEqual(readdirSync(scope.path('home')), [])
  await endAll(scope.mark)
})

/** Asserts that these names are there, and nothing runs. */
function assertStopped(scope: Scope, names: string[]): void {
  assert.deepEqual(readdirSync(scope.path('home')).sort(), [...names].sort())
  assert.deepEqual(scope.processes(), [])
}
