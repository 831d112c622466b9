// Options are read at the door: whatever is given, complete ones come out, or an error that names the option.
import assert from 'node:assert/strict'
import { isAbsolute, resolve } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { InvalidOptionError } from '../../src/errors.ts'
import { completeOptions } from '../../src/options/complete.ts'
import { readGiven } from '../../src/options/read-given.ts'
import type { DaemonOptions } from '../../src/options/types.ts'

/** What the launcher does with options. */
const normalizeOptions = (options: DaemonOptions = {}) => completeOptions(readGiven(options))

const path = fc.string({ minLength: 1 }).filter((text) => !text.includes('\0'))
const text = path
const duration = fc.oneof(
  fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  fc
    .tuple(fc.integer({ min: 1, max: 24 }), fc.constantFrom('ms', 's', 'm', 'h', 'd'))
    .map(([count, unit]) => `${count}${unit}`),
)
const size = fc.oneof(
  fc.nat(),
  fc.constant('unlimited' as const),
  fc.nat(4096).map((count) => `${count}MB`),
)
const count = fc.oneof(fc.nat(), fc.constant('unlimited' as const))
const limits = fc.record(
  { core: size, fsize: size, as: size, nofile: fc.oneof(count, fc.record({ soft: count, hard: count })), nproc: count },
  { requiredKeys: [] },
)
const environment = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => !/[=\0]/.test(name)),
  fc.option(text, { nil: undefined }),
)
const options: fc.Arbitrary<DaemonOptions> = fc.record(
  {
    stdout: path,
    stderr: path,
    workingDir: fc.constantFrom('.', '/', '/tmp', '..'),
    umask: fc.oneof(
      fc.integer({ min: 0, max: 0o777 }),
      fc.integer({ min: 0, max: 0o777 }).map((mask) => mask.toString(8).padStart(3, '0')),
    ),
    env: environment,
    user: fc.oneof(fc.nat(), fc.constant('nobody')),
    group: fc.oneof(fc.nat(), fc.constant('nogroup')),
    limits,
    nice: fc.integer({ min: -20, max: 19 }),
    title: text,
    preserveFds: fc.constantFrom([], []),
    pidFile: path,
    ready: fc.oneof(
      fc.constantFrom('auto' as const, 'exec' as const, 'manual' as const),
      fc.record({ fd: fc.integer({ min: 3, max: 1023 }) }),
      fc.record({ port: fc.integer({ min: 1, max: 65_535 }) }),
      fc.record({ port: fc.integer({ min: 1, max: 65_535 }), host: text }),
      fc.record({ socket: path }),
      fc.record({ file: path }),
      fc.record({ http: fc.webUrl() }),
      fc.record({ log: fc.constantFrom(/ready/i, 'ready') }),
    ),
    startTimeout: duration,
    name: fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/),
    stopSignal: fc.constantFrom('SIGTERM' as const, 'SIGUSR1' as const),
    stopTimeout: duration,
    stopScope: fc.constantFrom('tree' as const, 'group' as const, 'main' as const),
    extendEnv: fc.boolean(),
    envFile: path,
  },
  { requiredKeys: [] },
)

/** Which way of being ready this is. */
const kindOf = (ready: DaemonOptions['ready']): string =>
  typeof ready === 'object' ? (Object.keys(ready)[0] ?? '') : (ready ?? 'auto')

test('valid options come out complete, and their values are what was asked for', () => {
  fc.assert(
    fc.property(options, (given) => {
      const normal = normalizeOptions(given)
      const workingDir = resolve(given.workingDir ?? '.')
      assert.equal(normal.workingDir, workingDir)
      assert.equal(normal.stdout, resolve(workingDir, given.stdout ?? '/dev/null'))
      assert.equal(normal.stderr, resolve(workingDir, given.stderr ?? '/dev/null'))
      assert.equal(normal.pidFile, given.pidFile === undefined ? undefined : resolve(workingDir, given.pidFile))
      assert.ok([normal.workingDir, normal.stdout, normal.stderr].every(isAbsolute))
      assert.equal(normal.umask, typeof given.umask === 'string' ? Number.parseInt(given.umask, 8) : (given.umask ?? 0))
      assert.deepEqual(normal.env, given.env === undefined ? undefined : { ...given.env })
      assert.equal(normal.nice, given.nice)
      assert.equal(normal.title, given.title)
      assert.equal(normal.ready.kind, kindOf(given.ready))
      assert.equal(normal.name, given.name)
      assert.equal(normal.stopSignal, given.stopSignal ?? 'SIGTERM')
      assert.equal(normal.stopScope, given.stopScope ?? 'tree')
      assert.ok(normal.startTimeout > 0 && normal.startTimeout < 2 ** 31)
      if (typeof given.startTimeout !== 'string') assert.equal(normal.startTimeout, given.startTimeout ?? 30_000)
    }),
  )
})

test('undefined is "not given", for each option', () => {
  fc.assert(
    fc.property(options, (given) => {
      const withUndefined = { ...Object.fromEntries(names.map((name) => [name, undefined])), ...given }
      assert.deepEqual(normalizeOptions(withUndefined), normalizeOptions(given))
    }),
  )
})

const names = Object.keys(normalizeOptions()) as (keyof DaemonOptions)[]

test('anything else for any option is read, or refused by an error that names the option and has the value', () => {
  fc.assert(
    fc.property(fc.constantFrom(...names), fc.anything(), (name, value) => {
      try {
        normalizeOptions({ [name]: value })
      } catch (error) {
        assert.ok(error instanceof InvalidOptionError, String(error))
        assert.ok(error.option.startsWith(name))
        assert.ok(error.message.includes(name))
        if (error.option === name) assert.ok(Object.is(error.value, value))
      }
    }),
    { numRuns: 2000 },
  )
})

test('an option that does not exist is refused, whatever its name and value', () => {
  fc.assert(
    fc.property(
      fc.string().filter((name) => !names.includes(name as never)),
      fc.anything(),
      (name, value) => {
        const given = Object.defineProperty({}, name, { value, enumerable: true }) as DaemonOptions
        assert.throws(() => normalizeOptions(given), {
          name: 'InvalidOptionError',
          code: 'INVALID_OPTION',
          option: name,
        })
      },
    ),
  )
})

test('what is not an object is refused', () => {
  fc.assert(
    fc.property(
      fc
        .anything()
        .filter(
          (value) => value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value)),
        ),
      (value) => {
        assert.throws(() => normalizeOptions(value as DaemonOptions), { code: 'INVALID_OPTION', option: 'options' })
      },
    ),
  )
})

for (const [given, expected] of [
  ['1ms', 1],
  ['10s', 10_000],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['24d', 2_073_600_000],
  [1, 1],
] as const) {
  test(`startTimeout ${given} is ${expected} ms`, () => {
    assert.equal(normalizeOptions({ startTimeout: given }).startTimeout, expected)
  })
}

for (const given of [
  '',
  '10',
  '10 days',
  's',
  '-1s',
  '25d',
  0,
  -1,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  2 ** 31,
  null,
  {},
]) {
  test(`startTimeout ${JSON.stringify(given)} is refused`, () => {
    assert.throws(() => normalizeOptions({ startTimeout: given as number }), {
      code: 'INVALID_OPTION',
      option: 'startTimeout',
    })
  })
}

for (const [given, expected] of [
  [{ core: 0 }, ['-c', '-c', '0']],
  [{ core: '1MB' }, ['-c', '-c', '2048']],
  [{ nofile: 4096 }, ['-n', '-n', '4096']],
  [{ nofile: { soft: 1, hard: 2 } }, ['-n', '-n', '2', '-Sn', '-Sn', '1']],
  [{ nproc: 'unlimited' }, ['-u', '-p', 'unlimited']],
  [{ as: 1025 }, ['-v', '-v', '1']],
  [{ stack: undefined }, []],
] as const) {
  test(`limits ${JSON.stringify(given)}`, () => {
    const calls = normalizeOptions({ limits: given }).limits
    assert.deepEqual(
      calls.flatMap(({ flag, otherFlag, value }) => [flag, otherFlag, value]),
      expected,
    )
  })
}

for (const [given, option] of [
  [{ corefile: 0 }, 'limits.corefile'],
  [{ core: -1 }, 'limits.core'],
  [{ core: 'much' }, 'limits.core'],
  [{ nofile: '4096' }, 'limits.nofile'],
  [{ nofile: { soft: 1 } }, 'limits.nofile'],
  [{ __proto__: null, constructor: 1 }, 'limits.constructor'],
] as const) {
  test(`limits ${JSON.stringify(given)} are refused`, () => {
    assert.throws(() => normalizeOptions({ limits: given as object }), { code: 'INVALID_OPTION', option })
  })
}

for (const [given, expected] of [
  ['auto', { kind: 'auto' }],
  [{ port: 80 }, { kind: 'port', port: 80, host: undefined }],
  [
    { port: 80, host: '::1' },
    { kind: 'port', port: 80, host: '::1' },
  ],
  [{ fd: 3 }, { kind: 'fd', fd: 3 }],
  [{ socket: '/x' }, { kind: 'socket', path: '/x' }],
  [{ file: 'x' }, { kind: 'file', path: resolve('x') }],
  [{ http: new URL('http://127.0.0.1:80/x') }, { kind: 'http', url: 'http://127.0.0.1/x' }],
  [{ log: /a b/gi }, { kind: 'log', source: 'a b', flags: 'i' }],
  [{ log: 'a b' }, { kind: 'log', source: 'a b', flags: '' }],
] as const) {
  test(`ready ${JSON.stringify(given)}`, () => {
    assert.deepEqual(normalizeOptions({ ready: given }).ready, expected)
  })
}

for (const [given, option] of [
  ['soon', 'ready'],
  [{}, 'ready'],
  [{ fd: 3, port: 80 }, 'ready'],
  [{ constructor: 1 }, 'ready'],
  [{ host: 'x' }, 'ready'],
  [{ fd: 2 }, 'ready.fd'],
  [{ port: 0 }, 'ready.port'],
  [{ port: '80' }, 'ready.port'],
  [{ http: 'ftp://x' }, 'ready.http'],
  [{ http: 'x' }, 'ready.http'],
  [{ log: '(' }, 'ready.log'],
  [{ file: '' }, 'ready.file'],
] as const) {
  test(`ready ${JSON.stringify(given)} is refused`, () => {
    assert.throws(() => normalizeOptions({ ready: given as never }), { code: 'INVALID_OPTION', option })
  })
}

for (const given of ['', '.', '..', '-x', '_x', 'a/b', 'a b', 'a\n', 'ä', 'x'.repeat(65), 1, null]) {
  test(`name ${JSON.stringify(given)} is refused`, () => {
    assert.throws(() => normalizeOptions({ name: given as string }), { code: 'INVALID_OPTION', option: 'name' })
  })
}

test('rotate: on for what is kept, and with room in all for the files that are to be kept', () => {
  const rotation = (given: object): unknown => completeOptions(readGiven(given)).rotate
  const defaults = { size: 10 * 1024 ** 2, keep: 5, every: undefined, compress: true, total: 100 * 1024 ** 2 }
  assert.equal(rotation({}), false)
  assert.equal(rotation({ keep: true, rotate: false }), false)
  assert.deepEqual(
    [rotation({ keep: true }), rotation({ rotate: true }), rotation({ rotate: {} })],
    Array(3).fill(defaults),
  )
  assert.deepEqual(rotation({ rotate: { size: '100MB', every: '12h' } }), {
    ...defaults,
    size: 100 * 1024 ** 2,
    every: 43_200_000,
    total: 700 * 1024 ** 2,
  })
})
