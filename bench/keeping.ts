// Keeping, and pm2 with the same programs in the same run: how soon what was killed runs again, what the manager needs of memory and of
// the processor, and what becomes of a program that fails again and again. Arguments: `--quick` for few rounds, whose figures mean
// nothing; the path of pm2, to be left out without one.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findDaemon, listDaemons, type StartOptions, startDaemon } from 'daemonic'
import { cpuOf } from './cost.ts'
import { compareIdle } from './keeping-idle.ts'
import { median, program, quartiles, usePlainEnvironment } from './measure.ts'
import { makePm2 } from './pm2.ts'
import { judge } from './report.ts'

const isQuick = process.argv.includes('--quick')
const folder = mkdtempSync(join(tmpdir(), 'daemonic-bench-'))
usePlainEnvironment()
process.env['DAEMONIC_HOME'] = join(folder, 'home')
const pm2 = makePm2()

/** The lives of a program so far: who, when its first line ran, and what it had used of the processor by then, in milliseconds. */
function livesIn(path: string): { pid: number; at: bigint; cpu: number }[] {
  if (!existsSync(path)) return []
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1)
  return lines
    .map((line) => line.split(' '))
    .map(([pid, at, cpu]) => ({ pid: Number(pid), at: BigInt(at ?? 0), cpu: Number(cpu) / 1000 }))
}

/** Waits for so many lives. */
async function untilLives(path: string, count: number): Promise<ReturnType<typeof livesIn>> {
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; await sleep(2)) {
    const lives = livesIn(path)
    if (lives.length >= count) return lives
  }
  throw new Error(`there were no ${count} lives in ${path} within 30 seconds`)
}

/** Kills what was started, and gives the time until the first line of its next life, in milliseconds. */
async function measureRevival(path: string): Promise<number> {
  const before = livesIn(path).length
  const [life] = (await untilLives(path, Math.max(before, 1))).slice(-1)
  // pm2 counts an end within its first second as a failure of the program.
  await sleep(1100)
  const killed = process.hrtime.bigint()
  process.kill(life?.pid ?? 0, 'SIGKILL')
  const next = (await untilLives(path, Math.max(before, 1) + 1)).at(-1)
  return Number((next?.at ?? 0n) - killed) / 1e6
}

/** A kept daemon that is started, killed once, and removed. */
function revival(options: Partial<StartOptions>): (round: number) => Promise<number> {
  return async (round) => {
    const path = join(folder, `lives-${round}`)
    const daemon = await startDaemon({
      name: 'mortal',
      module: program('mortal'),
      args: [path],
      keep: true,
      ...options,
    })
    const took = await measureRevival(path)
    await daemon.stop()
    await daemon.forget()
    rmSync(path)
    return took
  }
}

/** From a SIGKILL to the first line of the next life. */
async function compareRevivals(): Promise<void> {
  const rounds = isQuick ? 1 : 15
  const contenders: Record<string, (round: number) => Promise<number>> = {
    'kept, first wait 100 ms (default)': revival({}),
    'kept, first wait 1 ms': revival({ backoff: { from: 1, jitter: false } }),
  }
  if (pm2 !== undefined) {
    const path = join(folder, 'lives-pm2')
    await pm2.run('start', program('mortal'), '--name', 'mortal', '--', path)
    contenders['pm2'] = () => measureRevival(path)
  }
  const results = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, contender] of Object.entries(contenders)) results.get(name)?.push(await contender(round))
  }
  console.log(`\nFrom kill -9 to the first line of the next life, ${rounds} rounds, medians`)
  for (const [name, values] of results) {
    const [low, high] = quartiles(values)
    console.log(`  ${name.padEnd(38)}${median(values).toFixed(1)} ms  (${low.toFixed(1)} to ${high.toFixed(1)})`)
  }
  if (pm2 !== undefined) {
    const of = (name: string): number => median(results.get(name) ?? [])
    judge('with the shortest wait, of pm2', of('kept, first wait 1 ms') / of('pm2'), 1)
  }
  await pm2?.run('delete', 'all')
}

/** What becomes of a program that fails at once, by the default policy, and what that costs: the managers, and all that they start. */
async function compareLoops(): Promise<void> {
  const seconds = isQuick ? 3 : 60
  const path = join(folder, 'loop')
  const args = [path, 'fail']
  console.log(`\nA program that fails at once, for ${seconds} seconds: starts, and their share of a processor`)
  await startDaemon({ name: 'loop', module: program('mortal'), args, keep: true, ready: 'exec' }).catch(() => {})
  const before = await cpuOfKeeper()
  await sleep(seconds * 1000)
  const lives = livesIn(path)
  const used = (await cpuOfKeeper()) - before + lives.reduce((sum, { cpu }) => sum + cpu, 0)
  const share = used / (seconds * 10)
  console.log(`  kept${' '.repeat(34)}${lives.length} starts, ${share.toFixed(2)} %`)
  await (await findDaemon('loop'))?.stop()
  rmSync(path)
  if (pm2 !== undefined) {
    await pm2.run('jlist')
    const begin = cpuOf([pm2.pid()])
    await pm2.run('start', program('mortal'), '--name', 'loop', '--', ...args)
    await sleep(seconds * 1000)
    // It waits for what it starts, so that it has their times, too.
    const theirs = (cpuOf([pm2.pid()]) - begin) / (seconds * 10)
    console.log(`  pm2${' '.repeat(35)}${livesIn(path).length} starts, ${theirs.toFixed(2)} %`)
  }
  judge('starts in this time', lives.length, 15)
  judge('of a processor', share, 2, ' %')
}

/** What the keeper, its heir and its hand have used, with all that they waited for: but for what they start, which is not their child. */
async function cpuOfKeeper(): Promise<number> {
  return cpuOf((await (await findDaemon('daemonic-keeper'))?.status())?.pids ?? [])
}

try {
  await compareRevivals()
  await compareIdle(pm2, folder, isQuick)
  await compareLoops()
} finally {
  for (const daemon of await listDaemons()) await daemon.stop()
  await (await findDaemon('daemonic-keeper'))?.stop()
  await pm2?.end()
  rmSync(folder, { recursive: true, force: true })
}
