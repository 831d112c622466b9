import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long anything may take before a test gives up, in milliseconds. Nothing waits that long when all is well. */
export const patience = 60_000

/** A mark is a variable of ours with a random value: nothing else can have it, and no less is looked for. */
const markForm = /^DAEMONIC_TEST(?:_RUN)?=[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Lists the living processes that have this mark in the environment that they were started with. */
export function findMarked(mark: string): number[] {
  if (!markForm.test(mark)) throw new Error(`'${mark}' is no mark of a test`)
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => readProc(pid, 'environ').split('\0').includes(mark) && isAlive(pid))
}

/** Is this process alive? A zombie is not, unless only its first thread has ended: then it has its files and locks still. */
export function isAlive(pid: number): boolean {
  const { 0: state, 17: threads } = statOf(pid)
  return state !== undefined && state !== 'X' && (state !== 'Z' || Number(threads) > 1)
}

/** The fields of /proc/PID/stat from the state on; none when it is gone. */
export function statOf(pid: number): string[] {
  const stat = readProc(pid, 'stat')
  return stat === '' ? [] : stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** Reads a file of a process; '' when it is gone. */
export function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1')
  } catch {
    return ''
  }
}

/** Polls until something is there. Fails, saying what was awaited, when it does not come. */
export async function until<Value>(
  what: string,
  look: () => Value | undefined | false | Promise<Value | undefined | false>,
): Promise<Value> {
  for (const deadline = performance.now() + patience; performance.now() < deadline; await sleep(5)) {
    const value = await look()
    if (value !== undefined && value !== false) return value
  }
  throw new Error(`waited ${patience} ms in vain for ${what}`)
}

/** Waits until a process is gone. */
export async function untilGone(pid: number): Promise<void> {
  await until(`the end of process ${pid}`, () => !isAlive(pid))
}

/** Ends a process by its pid; one that is gone is what was wanted. */
export function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): void {
  if (!(pid > 1)) throw new Error(`${pid} is no pid of a test's process`)
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
