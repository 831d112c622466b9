import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { State } from '../../src/home/boot/state.cts'
import type { KeptPage } from '../../src/home/kept-page.cts'
import { makeHome } from './home.ts'
import { isAlive, until } from './processes.ts'
import { projectFile, type Ran, run } from './run.ts'
import type { Scope } from './scope.ts'

/** A home in which daemons are kept, and what its files tell. */
export interface KeptHome {
  scope: Scope
  folder(name: string): string
  /** What a file of a daemon holds; nothing when it is not there, or not whole. */
  state(name: string): State | undefined
  page(name: string): KeptPage | undefined
  /** The keeper's pid, when it is recorded. */
  keeper(): number | undefined
  /** Waits until a daemon runs, as another process than `before`, and gives its pid. */
  running(name: string, before?: number): Promise<number>
  /** Waits until the keeper sees a daemon in this phase. */
  phase(name: string, phase: KeptPage['phase']): Promise<void>
  /** Runs the command line. */
  cli(...words: string[]): Promise<Ran>
}

/** Makes it. The keeper bears the mark of the test, and is ended with it. */
export function makeKeptHome(t: TestContext): KeptHome {
  const scope = makeHome(t)
  const folder = (name: string): string => join(scope.path('home'), name)
  const read = <Page>(name: string, file: string): Page | undefined => {
    const path = join(folder(name), file)
    try {
      const { mark, end, ...page } = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { end: 1 }
      return mark === end ? page : undefined
    } catch {
      return undefined
    }
  }
  const state = (name: string): State | undefined => read<State>(name, 'state.json')
  const page = (name: string): KeptPage | undefined => read<KeptPage>(name, 'kept.json')
  return {
    scope,
    folder,
    state,
    page,
    keeper: () => state('daemonic-keeper')?.process.pid,
    running: (name, before) =>
      until(`${name} to run`, () => {
        const { phase, process: { pid } = { pid: 0 } } = state(name) ?? {}
        return phase === 'running' && pid !== before && isAlive(pid) && pid
      }),
    phase: async (name, phase) => void (await until(`${name} to be ${phase}`, () => page(name)?.phase === phase)),
    cli: (...words) => run(scope, [process.execPath, projectFile('dist/cli/main.entry.cjs'), ...words]),
  }
}
