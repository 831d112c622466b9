// kill -9 at random moments of named starts, and many who start, stop and restart one name at once: a name stays usable,
// and there are never two of it. What a round did is in its message, and the seed is told.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { StartOptions } from 'daemonic'
import type { Operation, Result } from '../fixtures/manage.ts'
import { homeEnv, manage, manageCommand, readResults, valuesOf } from '../helpers/manage.ts'
import { skipWithout } from '../helpers/needs.ts'
import { freePort } from '../helpers/port.ts'
import { findMarked, kill, readProc, until } from '../helpers/processes.ts'
import { often, seededRandom } from '../helpers/random.ts'
import { fixture, type Ran, run } from '../helpers/run.ts'
import { makeScope, type Scope } from '../helpers/scope.ts'

const rounds = often(100)
const lanes = 2
const victims = ['launcher', 'trampoline', 'daemon', 'launcher and daemon'] as const
type Victim = (typeof victims)[number]

/** What an operation tells of a daemon. */
interface Told {
  pid?: number
  state?: string
  wasRunning?: boolean
}

/** What is started in turn: a module or a command, ready in each way that is seen from a different place. */
function makeSpecs(scope: Scope, port: number): StartOptions[] {
  const words = [fixture('single'), String(port), scope.path('single.log'), '20'] as const
  const module = { module: words[0], args: words.slice(1) }
  const command = { command: [process.execPath, ...words] }
  return [
    { ...module, name: 'module-fd', ready: { fd: 3 } },
    { ...command, name: 'command-fd', ready: { fd: 3 } },
    { ...module, name: 'module-port', ready: { port } },
    { ...command, name: 'command-port', ready: { port } },
    { ...module, name: 'module-exec', ready: 'exec' },
    { ...command, name: 'command-exec', ready: 'exec' },
  ]
}

/** Finds a process of a start by what it is; of a command, the process in its place and itself are both the daemon. */
function find(scope: Scope, launcher: number, victim: Victim, pick: number): number | undefined {
  if (victim === 'launcher') return launcher
  if (victim === 'trampoline') return Number(readProc(launcher, `task/${launcher}/children`).split(' ')[0]) || undefined
  const born = findMarked(scope.mark).filter((pid) => pid !== launcher && isNode(pid))
  return born[Math.floor(pick * born.length)]
}

/** Is this Node, and no shell or flock? */
function isNode(pid: number): boolean {
  return readProc(pid, 'cmdline').startsWith(process.execPath)
}

/** Starts, and kills one of those who take part, at a random moment. */
async function startAndKill(
  scope: Scope,
  options: StartOptions,
  victim: Victim,
  random: () => number,
): Promise<{ ran: Ran; did: string }> {
  let did = 'the start was over'
  const [moment, pick] = [random(), random()]
  const ran = await run(scope, manageCommand([{ op: 'start', options }]), {
    env: homeEnv(scope),
    onStart: async ({ pid: launcher = 0 }) => {
      // The launcher is Node as well, and boots first. The trampoline lives for two milliseconds.
      if (victim === 'launcher') await sleep(40 + moment * 250)
      const found = () => !existsSync(`/proc/${launcher}/stat`) || find(scope, launcher, victim, pick)
      for (let tries = 0; tries < 4000 && found() === undefined; tries += 1)
        await new Promise((resolve) => setImmediate(resolve))
      if (victim.endsWith('daemon')) await sleep(moment * 120)
      const pid = find(scope, launcher, victim, pick)
      if (pid === undefined || readProc(launcher, 'stat') === '') return
      if (victim.startsWith('launcher')) kill(launcher)
      kill(pid)
      did = `killed the ${victim}`
    },
  })
  return { ran, did }
}

/** One round: a start with a kill in it; then a plain start works, one process runs, and a stop leaves none. */
async function round(scope: Scope, options: StartOptions, victim: Victim, random: () => number): Promise<string> {
  const { ran, did } = await startAndKill(scope, options, victim, random)
  const [killed] = readResults(ran.stdout)
  const outcome =
    killed === undefined
      ? String(ran.signal ?? ran.code)
      : killed.error === null
        ? 'started'
        : String(killed.error.code)
  const what = `${options.name}: ${did}: ${outcome}: ${ran.stdout}${ran.stderr}`
  if (killed?.error)
    assert.ok(killed.error.isOurs && ['START_FAILED', 'START_TIMEOUT'].includes(String(killed.error.code)), what)
  const { name } = options
  const results = await manage(scope, [
    { op: 'start', options },
    { op: 'processes', name },
    { op: 'status', name },
    { op: 'stop', name },
  ])
  const seen = `${what}: then ${JSON.stringify(results)}`
  for (const { error } of results) assert.equal(error, null, seen)
  const [start, only, status, stop] = results.map(({ value }) => value as Told)
  assert.ok(start?.pid !== undefined, seen)
  assert.deepEqual(only, [start?.pid], seen)
  assert.deepEqual([status?.state, stop?.pid], ['running', start?.pid], seen)
  assert.deepEqual(scope.processes(), [], seen)
  return `${did}: ${outcome}`
}

test(`${rounds} named starts with a kill -9 in them`, async (t) => {
  const random = seededRandom(t)
  const results: string[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    const scope = makeScope(t)
    const specs = makeSpecs(scope, await freePort())
    while (next < rounds) {
      const turn = next++
      const options = specs[Math.floor(turn / victims.length) % specs.length] as StartOptions
      results.push(await round(scope, options, victims[turn % victims.length] ?? 'daemon', random))
    }
    assert.doesNotMatch(scope.read('single.log'), /EADDRINUSE/)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  for (const result of new Set(results))
    t.diagnostic(`${results.filter((other) => other === result).length} x ${result}`)
  for (const victim of victims) {
    assert.ok(
      results.some((result) => result.startsWith(`killed the ${victim}:`)),
      `one ${victim} was met alive`,
    )
  }
})

for (const kind of ['module', 'command'] as const) {
  test(`a launcher that is killed takes a half-started ${kind} along, and what that started`, async (t) => {
    const scope = makeScope(t)
    // It never becomes ready, and has a child.
    const script = scope.path('parent.mjs')
    writeFileSync(
      script,
      `import { spawn } from 'node:child_process'
      import { writeFileSync } from 'node:fs'
      spawn('sleep', ['1000']).on('spawn', () => writeFileSync(${JSON.stringify(scope.path('up'))}, ''))
      setInterval(() => {}, 60_000)`,
    )
    const what = kind === 'module' ? { module: script } : { command: [process.execPath, script] }
    const options = { ...what, name: 'd', ready: { port: await freePort() } }
    await run(scope, manageCommand([{ op: 'start', options }]), {
      env: homeEnv(scope),
      onStart: async (launcher) => {
        await until('the half-started daemon', () => existsSync(scope.path('up')))
        kill(launcher.pid ?? 0)
      },
    })
    const begin = performance.now()
    await until('the end of the daemon itself', () =>
      scope.processes().every((pid) => readProc(pid, 'cmdline').startsWith('sleep')),
    )
    t.diagnostic(`gone after ${Math.round(performance.now() - begin)} ms`)
    const again = { ...options, ready: 'exec' as const }
    const [, only] = valuesOf(
      await manage(scope, [
        { op: 'start', options: again },
        { op: 'processes', name: 'd' },
        { op: 'stop', name: 'd' },
      ]),
    )
    assert.ok((only as number[]).length <= 2, 'a daemon and its child, and nothing of the start before')
    assert.deepEqual(scope.processes(), [])
  })
}

test('a command whose launcher and starter are killed at once is ended by the next start', async (t) => {
  const scope = makeScope(t)
  const options: StartOptions = { name: 'd', command: ['sleep', '1000'], ready: { file: scope.path('ready') } }
  const isSleep = (pid: number): boolean => readProc(pid, 'cmdline').startsWith('sleep')
  await run(scope, manageCommand([{ op: 'start', options }]), {
    env: homeEnv(scope),
    onStart: async ({ pid: launcher = 0 }) => {
      const sleeping = await until('the command', () => scope.processes().find(isSleep))
      await until('its record', () => scope.read('home/d/pid') === `${sleeping}\n`)
      const starter = scope.processes().find((pid) => pid !== launcher && pid !== sleeping)
      kill(launcher)
      kill(starter ?? 0)
    },
  })
  await until('the command alone', () => scope.processes().length === 1)
  const [half] = scope.processes()
  const again = { ...options, ready: 'exec' as const, startTimeout: '10s' }
  const [start, only] = valuesOf(
    await manage(scope, [
      { op: 'start', options: again },
      { op: 'processes', name: 'd' },
      { op: 'stop', name: 'd' },
    ]),
  ) as [Told, number[]]
  assert.deepEqual(only, [start.pid])
  assert.notEqual(start.pid, half, 'what was never ready is started anew')
  assert.deepEqual(scope.processes(), [])
})

/** Has processes of their own do operations, beginning in the same moment. */
async function together(scope: Scope, all: Operation[][]): Promise<Result[][]> {
  const path = scope.path('go')
  const running = all.map((operations) => manage(scope, [{ op: 'await', path }, ...operations]))
  // Each has loaded what it needs, or nearly.
  await sleep(all.length * 40)
  writeFileSync(path, '')
  return (await Promise.all(running)).map(([, ...results]) => results)
}

for (const index of [0, 1, 2, 3, 4, 5]) {
  const name = ['module-fd', 'command-fd', 'module-port', 'command-port', 'module-exec', 'command-exec'][index]
  test(`twenty processes that start one name at once: one daemon, and all are told of it (${name})`, async (t) => {
    const scope = makeScope(t)
    const options = makeSpecs(scope, await freePort())[index] as StartOptions
    const results = await together(
      scope,
      Array.from({ length: 20 }, () => [{ op: 'start', options }]),
    )
    const told = valuesOf(results.flat()) as { pid: number; wasRunning: boolean }[]
    const [{ pid } = { pid: 0 }] = told
    assert.deepEqual(
      told.map((one) => one.pid),
      Array.from({ length: 20 }, () => pid),
    )
    assert.equal(told.filter(({ wasRunning }) => !wasRunning).length, 1)
    await until('the daemon alone', () => scope.processes().length === 1)
    assert.deepEqual(scope.processes(), [pid])
    await until('its begin', () => existsSync(scope.path('single.log')))
    assert.equal(scope.read('single.log'), `begin ${pid}\n`)
  })
}

test('two specs for one name at once: one wins, and who asked for the other is told the difference', async (t) => {
  const scope = makeScope(t)
  const specs = ['1000', '2000'].map((time): StartOptions => ({ name: 'd', command: ['sleep', time] }))
  const asked = Array.from({ length: 16 }, (_, index) => specs[index % 2] as StartOptions)
  const results = (
    await together(
      scope,
      asked.map((options) => [{ op: 'start', options }]),
    )
  ).flat()
  await until('the daemon alone', () => scope.processes().length === 1)
  const pid = scope.processes()[0] ?? 0
  const time = readProc(pid, 'cmdline').split('\0')[1]
  for (const [index, { value, error }] of results.entries()) {
    const isWinner = (asked[index]?.command ?? [])[1] === time
    if (isWinner) assert.equal((value as { pid: number } | null)?.pid, pid, JSON.stringify(error))
    else assert.equal(error?.code, 'SPEC_DIFFERS', JSON.stringify({ value, error }))
  }
})

test('a start that waits for another longer than its own startTimeout does not call it running', async (t) => {
  const scope = makeScope(t)
  const options: StartOptions = { name: 'd', command: ['sleep', '1000'], ready: { file: scope.path('ready') } }
  const first = manage(scope, [{ op: 'start', options }])
  await until(
    'the half-started daemon',
    () =>
      existsSync(scope.path('home/d/pid')) &&
      scope.processes().some((pid) => readProc(pid, 'cmdline').startsWith('sleep')),
  )
  const [second, status] = await manage(scope, [
    { op: 'start', options: { ...options, startTimeout: '1s' } },
    { op: 'status', name: 'd' },
  ])
  assert.equal((valuesOf([status as Result])[0] as Told).state, 'starting')
  assert.ok(second?.error?.isOurs === true, `it is only starting: ${JSON.stringify(second)}`)
  writeFileSync(scope.path('ready'), '')
  valuesOf(await first)
})

test('a start that is slow to record itself is waited for by others, and not taken for the daemon', {
  skip: skipWithout('flock'),
}, async (t) => {
  const scope = makeScope(t)
  mkdirSync(scope.path('bin'))
  const flock = (await run(scope, ['/bin/sh', '-c', 'command -v flock'])).stdout.trim()
  const slow = `#!/bin/sh\n${flock} "$@" || exit\n: >'${scope.path('locked')}'\nwhile [ ! -e '${scope.path('on')}' ]; do sleep 0.01; done\n`
  writeFileSync(scope.path('bin/flock'), slow, { mode: 0o755 })
  const options: StartOptions = { name: 'd', command: ['sleep', '1000'] }
  const env = { ...homeEnv(scope), PATH: `${scope.path('bin')}:${process.env['PATH']}` }
  const first = manage(scope, [{ op: 'start', options }], { env })
  await until('the lock', () => existsSync(scope.path('locked')))
  let isOver = false
  const second = manage(scope, [{ op: 'start', options }]).finally(() => {
    isOver = true
  })
  // A bound for what must not happen: a wrong answer comes after a quarter of a second.
  for (const end = performance.now() + 1500; !isOver && performance.now() < end; ) await sleep(10)
  writeFileSync(scope.path('on'), '')
  const [one, other] = valuesOf([...(await first), ...(await second)]) as Told[]
  assert.deepEqual(other, { ...one, wasRunning: true })
})

test('starts, stops and restarts of one name in any order: never two, and it stays usable', async (t) => {
  const scope = makeScope(t)
  const random = seededRandom(t)
  const specs = makeSpecs(scope, await freePort())
  for (const options of [specs[0], specs[1], specs[5]] as StartOptions[]) {
    const { name } = options
    valuesOf(await manage(scope, [{ op: 'start', options }]))
    const operations = (): Operation[] =>
      Array.from({ length: 5 }, (): Operation => {
        const op = (['start', 'stop', 'restart'] as const)[Math.floor(random() * 3)] ?? 'start'
        return op === 'start' ? { op, options } : { op, name }
      })
    const results = await together(scope, [operations(), operations(), operations()])
    for (const { error } of results.flat()) {
      // Who is stopped while it starts did not start.
      assert.ok(
        error === null || (error.isOurs && ['START_FAILED', 'ALREADY_RUNNING'].includes(String(error.code))),
        JSON.stringify(error),
      )
    }
    const [start, only] = valuesOf(
      await manage(scope, [
        { op: 'start', options },
        { op: 'processes', name },
      ]),
    ) as [{ pid: number }, number[]]
    assert.deepEqual(only, [start.pid])
    assert.deepEqual(scope.processes(), [start.pid])
    valuesOf(await manage(scope, [{ op: 'stop', name }]))
    assert.deepEqual(scope.processes(), [])
    assert.doesNotMatch(scope.read('single.log'), /EADDRINUSE/)
  }
})
