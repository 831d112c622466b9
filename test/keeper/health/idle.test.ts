// Who watches a hundred daemons that are well sleeps: it wakes up about once in ten seconds, and needs little memory for each.
import assert from 'node:assert/strict'
import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { writeBeat } from '../../../src/home/alive-page.cts'
import type { Watched } from '../../../src/keeper/health/types.ts'
import { identify } from '../../../src/system/identity.cts'
import { statOf } from '../../helpers/processes.ts'
import { fixture } from '../../helpers/run.ts'
import { makeScope } from '../../helpers/scope.ts'

const count = 100
const seconds = 20

/** How often the first thread of a process has gone to sleep by itself, and all of them; how long they ran, in ticks of 10 ms. */
function work(pid: number): { first: number; all: number; ticks: number } {
  const sleeps = (thread: string): number => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1')
    return Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1])
  }
  const all = readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + sleeps(thread), 0)
  const [user = 0, system = 0] = statOf(pid).slice(11, 13).map(Number)
  return { first: sleeps(String(pid)), all, ticks: user + system }
}

test(`${count} daemons that are watched: a wake-up for all of them at a time, and little memory`, async (t) => {
  const scope = makeScope(t)
  const all = Array.from({ length: count }, (_, index): Watched & { child: ChildProcess; page: number } => {
    const instance = `${scope.folder}#${index}`
    const env = { ...scope.env, DAEMONIC_INSTANCE: instance }
    const child = spawn('sleep', ['1000'], { env, stdio: 'ignore', detached: true })
    t.after(() => child.kill('SIGKILL'))
    const pid = child.pid as number
    const folder = scope.path(String(index))
    mkdirSync(folder)
    const page = openSync(`${folder}/alive`, 'w')
    const start = identify(pid)?.start as string
    return { folder, pid, start, instance, session: pid, workingDir: '/', child, page }
  })
  // What the daemons do themselves costs their watcher nothing.
  const beat = (): void => all.forEach(({ page }) => void writeBeat(page, 'loop'))
  beat()
  const timer = setInterval(beat, 3000)
  t.after(() => clearInterval(timer))

  const watcher = fork(fixture('watcher.entry'), { execArgv: ['--expose-gc'], env: scope.env })
  const plan = { watchdog: 10_000, maxMemory: 1024 ** 3, maxAge: 86_400_000 }
  watcher.send({ plan, all: all.map(({ child: _, page: __, ...watched }) => watched) })
  const [memory] = (await once(watcher, 'message')) as [Record<'one' | 'all', { own: number; held: number }>]
  assert.ok(memory.one.own > 0 && memory.one.held > 0, JSON.stringify(memory))
  const before = work(watcher.pid as number)
  await sleep(seconds * 1000)
  const after = work(watcher.pid as number)

  const each = (kind: 'own' | 'held'): number => (memory.all[kind] - memory.one[kind]) / (count - 1) / 1024
  const [first, threads, ticks] = [after.first - before.first, after.all - before.all, after.ticks - before.ticks]
  t.diagnostic(
    `in ${seconds} s it went to sleep ${first} times (all threads: ${threads}), and ran for ${ticks * 10} ms`,
  )
  // Of its own memory a process has more: room that the collector of garbage keeps, and the newest Node keeps more of it.
  t.diagnostic(`each further daemon: ${each('own').toFixed(1)} KB of its own, ${each('held').toFixed(1)} KB held on to`)
  assert.ok(each('held') < 10, `${each('held')} KB`)
  // Two or three looks at all of them, and some pauses within for the collector of garbage.
  assert.ok(first > 0 && first <= 12, `asleep but for ${first} moments`)
  assert.ok(ticks * 10 < seconds * 1000 * 0.02, 'less than 2 % of one core')
})
