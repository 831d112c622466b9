// kill -9 of the launcher, the trampoline or the daemon at a random moment of a start: the next start always works, and
// nothing half-started is left. What a round did is in its message, so that it can be done again.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { assertStarted, readPid, startDaemon } from '../helpers/daemon.ts'
import { findMarked, kill, readProc, statOf, until } from '../helpers/processes.ts'
import { often } from '../helpers/random.ts'
import type { Ran } from '../helpers/run.ts'
import { endAll, makeScope, type Scope } from '../helpers/scope.ts'

const rounds = often(200)
const lanes = 2
const victims = ['launcher', 'trampoline', 'daemon'] as const
type Victim = (typeof victims)[number]

/** How long a start takes here, in milliseconds. */
async function measureStart(t: TestContext): Promise<number> {
  const scope = makeScope(t)
  const begin = performance.now()
  assertStarted(await startDaemon(scope))
  return performance.now() - begin
}

/** Finds a process of a start by what it is. */
function find(scope: Scope, launcher: number | undefined, victim: Victim): number | undefined {
  if (victim === 'launcher') return launcher
  // The trampoline is the launcher's only child, for a few milliseconds; the daemon is the one that leads no session.
  if (victim === 'trampoline') return Number(readProc(launcher ?? 0, `task/${launcher}/children`)) || undefined
  return findMarked(scope.mark).find((pid) => pid !== launcher && Number(statOf(pid)[3]) !== pid)
}

/** Kills a process of a start at a random moment, from its beginning to a little behind its end. */
async function startAndKill(scope: Scope, victim: Victim, within: number): Promise<{ ran: Ran; did: string }> {
  let did = 'the start was over'
  const ran = await startDaemon(
    scope,
    {},
    {
      onStart: async (launcher) => {
        const delay = Math.random() * within
        if (victim === 'launcher') await sleep(delay)
        else await waitFor(scope, launcher.pid, victim, Math.random() * within * 0.4)
        const pid = launcher.exitCode === null ? find(scope, launcher.pid, victim) : undefined
        if (pid === undefined) return
        kill(pid)
        did = `killed the ${victim} after ${Math.round(delay)} ms`
      },
    },
  )
  return { ran, did }
}

/** Waits until the victim is there, for a time at the most, and then a moment more. A trampoline lives for two milliseconds. */
async function waitFor(scope: Scope, launcher: number | undefined, victim: Victim, moment: number): Promise<void> {
  for (const deadline = performance.now() + 2000; performance.now() < deadline; ) {
    if (find(scope, launcher, victim) !== undefined) break
    await new Promise((resolve) => setImmediate(resolve))
  }
  if (victim === 'daemon') await sleep(moment)
}

/** One round: a start with a kill in it, and what has to hold afterwards. */
async function round(t: TestContext, victim: Victim, within: number): Promise<string> {
  const scope = makeScope(t)
  const { ran, did } = await startAndKill(scope, victim, within)
  const what = `${did}; exit code ${ran.code}, signal ${ran.signal}: ${ran.stderr}`
  // A launcher that lived tells the truth at once; behind one that was killed, the half-started daemon ends by itself.
  const isReady = () =>
    scope.processes().length === 1 && scope.read('daemon.pid').trim() === String(scope.processes()[0])
  if (ran.code === 1) assert.deepEqual(scope.processes(), [], `nothing is left: ${what}`)
  else if (ran.code === 0) assert.ok(isReady() || scope.processes().length === 0, `one daemon: ${what}`)
  else
    await until(`nothing, or a daemon that was ready: ${what}`, () => scope.processes().length === 0 || isFacts(scope))
  await endAll(scope.mark)
  const next = await startDaemon(scope)
  assert.equal(next.code, 0, `the next start works: ${what}: ${next.stderr}`)
  assert.deepEqual(scope.processes(), [readPid(scope)], what)
  await endAll(scope.mark)
  return `${did.replace(/ after.*/, '')}: ${ran.code ?? ran.signal}`
}

/** Has the daemon reached its own code? Then its launcher was killed between its being ready and saying so. */
function isFacts(scope: Scope): boolean {
  try {
    return scope.read('out.log').includes('"facts"')
  } catch {
    return false
  }
}

test(`${rounds} starts with a kill -9 in them`, async (t) => {
  const within = (await measureStart(t)) * 1.1
  const results: string[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < rounds) {
      const victim = victims[next++ % victims.length] ?? 'daemon'
      results.push(await round(t, victim, within))
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  for (const result of new Set(results))
    t.diagnostic(`${results.filter((other) => other === result).length} x ${result}`)
  for (const victim of victims) {
    assert.ok(
      results.some((result) => result.startsWith(`killed the ${victim}`)),
      `at least one ${victim} was met alive`,
    )
  }
})
