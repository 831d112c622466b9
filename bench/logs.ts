// Logs, as ratios in one run: how fast a program logs with `> file`, as a daemon that is not kept, as one that is kept, whose log is
// rotated meanwhile, and under pm2; and what the manager costs of the processor. Arguments: `--quick` for few rounds, whose figures mean
// nothing; the path of pm2, to be left out without one.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findDaemon, type StartOptions, startDaemon } from 'daemonic'
import { cpuOf } from './cost.ts'
import { median, program, quartiles, usePlainEnvironment } from './measure.ts'
import { makePm2 } from './pm2.ts'

const rounds = process.argv.includes('--quick') ? 1 : 7
const milliseconds = process.argv.includes('--quick') ? 1000 : 5000
const folder = mkdtempSync(join(tmpdir(), 'daemonic-bench-'))
usePlainEnvironment()
process.env['DAEMONIC_HOME'] = join(folder, 'home')
const result = join(folder, 'result')
const words = [program('full-speed'), String(milliseconds), result]

/** Runs it under a shell's `>`. */
function runPlain(): void {
  spawnSync('/bin/sh', ['-c', '"$@" > "$0"', join(folder, 'plain.log'), process.execPath, ...words])
}

/** Runs it as a daemon. */
function runDaemon(options: Partial<StartOptions>): () => Promise<void> {
  return async () => {
    const [module, ...args] = words
    await startDaemon({ name: 'writer', module: module ?? '', args, ready: 'exec', ...options })
    while (!existsSync(result)) await sleep(20)
  }
}

const pm2 = makePm2()

/** Runs it under pm2, which writes its log. */
async function runPm2(): Promise<void> {
  const [module = '', ...args] = words
  await pm2?.run('start', module, '--name', 'writer', '--no-autorestart', '--', ...args)
  while (!existsSync(result)) await sleep(20)
}

const contenders: Record<string, () => unknown> = {
  'a plain > file': runPlain,
  'a daemon that is not kept': runDaemon({}),
  'kept, its log is not rotated': runDaemon({ restart: 'no', rotate: false }),
  'kept, rotated at 10 MB': runDaemon({ restart: 'no' }),
  'kept, rotated, not compressed': runDaemon({ restart: 'no', rotate: { compress: false } }),
  ...(pm2 === undefined ? {} : { pm2: runPm2 }),
}

/** Who is on the way of what is logged, or beside it: the keeper with its hand, and pm2. */
async function managers(): Promise<number[]> {
  const { pids = [] } = (await (await findDaemon('daemonic-keeper'))?.status()) ?? {}
  return pm2 === undefined ? pids : [...pids, pm2.pid()]
}

/** Removes the daemon, once it has ended, and whatever is being rotated of it. */
async function clear(): Promise<void> {
  const daemon = await findDaemon('writer')
  await daemon?.stop()
  await pm2?.run('delete', 'all').catch(() => {})
  await pm2?.run('flush').catch(() => {})
  await daemon?.forget()
}

/**
 * Runs one, and gives its rate in lines per second, and what the managers used of the processor meanwhile, in milliseconds. The next one
 * begins with nothing of it on the way to the disk.
 */
async function measureRate(run: () => unknown): Promise<{ rate: number; cpu: number }> {
  const pids = await managers()
  const before = cpuOf(pids)
  await run()
  const rate = Number(readFileSync(result, 'utf8'))
  const cpu = cpuOf([...new Set([...pids, ...(await managers())])]) - before
  await clear()
  rmSync(result)
  rmSync(join(folder, 'plain.log'), { force: true })
  spawnSync('sync')
  return { rate, cpu }
}

try {
  // The keeper is there already, and does not start beside what is measured.
  await startDaemon({ name: 'idle', command: ['sleep', '100000'], keep: true })
  await pm2?.run('jlist')
  const rates = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]))
  const costs = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      const { rate, cpu } = await measureRate(run)
      rates.get(name)?.push(rate)
      costs.get(name)?.push(cpu)
    }
  }
  console.log(`\nLogging at full speed, lines of 100 bytes per second; ${rounds} rounds, medians`)
  const plain = median(rates.get('a plain > file') ?? [])
  for (const [name, values] of rates) {
    const [low, high] = quartiles(values).map(Math.round)
    const value = median(values)
    const share = (median(costs.get(name) ?? []) / milliseconds) * 100
    const row = `  ${name.padEnd(32)}${Math.round(value)} (${low} to ${high})`.padEnd(64)
    console.log(row, (value / plain).toFixed(3), ` manager: ${share.toFixed(1)} % of a processor`)
  }
  const ratio = median(rates.get('kept, rotated at 10 MB') ?? []) / plain
  console.log(
    `  ${ratio >= 0.95 ? 'ok ' : 'NOT'} kept and rotated, of a plain > file: ${ratio.toFixed(3)}, at least 0.95`,
  )
} finally {
  for (const name of ['idle', 'daemonic-keeper']) await (await findDaemon(name))?.stop()
  await pm2?.end()
  rmSync(folder, { recursive: true, force: true })
}
