// Logs, as ratios in one run: how fast a program logs with `> file`, as a daemon that is not kept, and as one that is kept, whose log is
// rotated meanwhile; and what the rotation costs of the processor. Argument: `--quick` for few rounds, whose figures mean nothing.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findDaemon, type StartOptions, startDaemon } from 'daemonic'
import { median, program, quartiles } from './measure.ts'

const rounds = process.argv.includes('--quick') ? 1 : 7
const milliseconds = process.argv.includes('--quick') ? 1000 : 5000
const folder = mkdtempSync(join(tmpdir(), 'daemonic-bench-'))
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

const contenders: Record<string, () => unknown> = {
  'a plain > file': runPlain,
  'a daemon that is not kept': runDaemon({}),
  'kept, its log is not rotated': runDaemon({ restart: 'no', rotate: false }),
  'kept, rotated at 10 MB': runDaemon({ restart: 'no' }),
  'kept, rotated, not compressed': runDaemon({ restart: 'no', rotate: { compress: false } }),
}

/** Removes the daemon, once it has ended, and whatever is being rotated of it. */
async function clear(): Promise<void> {
  const daemon = await findDaemon('writer')
  await daemon?.stop()
  await sleep(500)
  for (let isLeft = daemon !== undefined; isLeft; await sleep(20)) {
    isLeft = await (daemon as NonNullable<typeof daemon>).forget().then(
      () => false,
      () => true,
    )
  }
}

/** Runs one, and gives its rate in lines per second. The next one begins with nothing of it on the way to the disk. */
async function measureRate(run: () => unknown): Promise<number> {
  await run()
  const rate = Number(readFileSync(result, 'utf8'))
  await clear()
  rmSync(result)
  rmSync(join(folder, 'plain.log'), { force: true })
  spawnSync('sync')
  return rate
}

try {
  // The keeper is there already, and does not start beside what is measured.
  await startDaemon({ name: 'idle', command: ['sleep', '100000'], keep: true })
  const rates = new Map(Object.keys(contenders).map((name) => [name, [] as number[]]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) rates.get(name)?.push(await measureRate(run))
  }
  console.log(`\nLogging at full speed, lines of 100 bytes per second; ${rounds} rounds, medians`)
  const plain = median(rates.get('a plain > file') ?? [])
  for (const [name, values] of rates) {
    const [low, high] = quartiles(values).map(Math.round)
    const value = median(values)
    console.log(`  ${name.padEnd(34)}${Math.round(value)} (${low} to ${high})`.padEnd(70), (value / plain).toFixed(3))
  }
  const ratio = median(rates.get('kept, rotated at 10 MB') ?? []) / plain
  console.log(
    `  ${ratio >= 0.95 ? 'ok ' : 'NOT'} kept and rotated, of a plain > file: ${ratio.toFixed(3)}, at least 0.95`,
  )
} finally {
  await (await findDaemon('idle'))?.stop()
  rmSync(folder, { recursive: true, force: true })
}
