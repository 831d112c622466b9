import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** Times of one run, in milliseconds since the launch. */
export interface Times {
  /** Until the launched process was gone. */
  toReturn: number
  /** Until the first line of user code ran in the daemon; undefined for a program that has none. */
  toFirstLine: number | undefined
}

/** A command to measure, by name. */
export type Contenders = Record<string, string[]>

/** The path of a compiled program of the benchmark. */
export function program(name: string): string {
  return fileURLToPath(new URL(`./programs/${name}.js`, import.meta.url))
}

/** Runs each command so many times, in turn, and gives all their times. */
export async function measure(
  contenders: Contenders,
  rounds: number,
  hasDaemon: boolean,
): Promise<Map<string, Times[]>> {
  const results = new Map(Object.keys(contenders).map((name) => [name, [] as Times[]]))
  // The first round warms the caches of the disk, and does not count.
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, command] of Object.entries(contenders)) {
      const times = await runOnce(command, hasDaemon)
      if (round >= 0) results.get(name)?.push(times)
    }
  }
  return results
}

/** Nothing in the environment that makes Node slower to boot than it is. */
const plain = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '/' }

/** Has this process, and what it starts, no other environment either. */
export function usePlainEnvironment(): void {
  for (const name of Object.keys(process.env)) if (!(name in plain)) delete process.env[name]
}

/** Runs a command once, and waits for its daemon's first line. The next run begins on an idle machine. */
async function runOnce(command: string[], hasDaemon: boolean): Promise<Times> {
  const folder = mkdtempSync(join(tmpdir(), 'daemonic-bench-'))
  const path = join(folder, 'moment')
  const { begin, end } = await time([...command, path])
  const first = hasDaemon ? await readMoment(path) : undefined
  await sleep(30)
  rmSync(folder, { recursive: true, force: true })
  return {
    toReturn: milliseconds(begin, end),
    toFirstLine: first === undefined ? undefined : milliseconds(begin, first),
  }
}

/** Runs a command to its end. */
export async function time(
  [command = '', ...args]: string[],
  env: Record<string, string> = {},
): Promise<{ begin: bigint; end: bigint; milliseconds: number }> {
  const begin = process.hrtime.bigint()
  const child = spawn(command, args, { stdio: 'ignore', env: { ...plain, ...env } })
  const code = await new Promise((resolve) => child.once('exit', resolve))
  const end = process.hrtime.bigint()
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with exit code ${code}`)
  return { begin, end, milliseconds: milliseconds(begin, end) }
}

/** Reads the moment of the first line, as soon as it is there. */
async function readMoment(path: string): Promise<bigint> {
  for (const deadline = performance.now() + 30_000; performance.now() < deadline; await sleep(2)) {
    if (existsSync(path)) return BigInt(readFileSync(path, 'utf8'))
  }
  throw new Error('no first line within 30 seconds')
}

function milliseconds(begin: bigint, end: bigint): number {
  return Number(end - begin) / 1e6
}

/** The median. */
export function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

/** Where the middle half of the values lies. */
export function quartiles(values: number[]): [number, number] {
  const sorted = [...values].sort((a, b) => a - b)
  return [sorted[Math.floor(sorted.length / 4)] ?? 0, sorted[Math.floor((sorted.length * 3) / 4)] ?? 0]
}
