import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { findMarked, kill, until, untilGone } from './processes.ts'

/** What belongs to one test: a folder, and a mark in the environment of every process that it starts. */
export interface Scope {
  folder: string
  mark: string
  env: Record<string, string>
  /** A path in the folder. */
  path(name: string): string
  read(name: string): string
  /** The processes of this test that are alive. */
  processes(): number[]
}

/** Makes a scope; when the test is over, also by failing, its processes are ended by their pids, and its folder is removed. */
export function makeScope(t: TestContext): Scope {
  const mark = `DAEMONIC_TEST=${randomUUID()}`
  const folder = mkdtempSync(join(tmpdir(), 'daemonic-test-'))
  chmodSync(folder, 0o777)
  const [name, value] = mark.split('=') as [string, string]
  t.after(async () => {
    await endAll(mark)
    rmSync(folder, { recursive: true, force: true })
  })
  return {
    folder,
    mark,
    env: { ...(process.env as Record<string, string>), [name]: value },
    path: (name) => join(folder, name),
    read: (name) => readFileSync(join(folder, name), 'utf8'),
    processes: () => findMarked(mark),
  }
}

/** Ends every process that has the mark, and waits until there is none. */
export async function endAll(mark: string): Promise<void> {
  await until(`the end of the processes of ${mark}`, () => {
    const pids = findMarked(mark)
    for (const pid of pids) kill(pid)
    return pids.length === 0
  })
}

/** Ends one process of a test, and waits for it. */
export async function end(pid: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  kill(pid, signal)
  await untilGone(pid)
}
