// A home for the daemons of one test, and the command line in it.
import { writeFileSync } from 'node:fs'
import type { TestContext } from 'node:test'
import { projectFile, type Ran, type RunOptions, run } from '../helpers/run.ts'
import { makeScope, type Scope } from '../helpers/scope.ts'

export const cli: string = projectFile('dist/cli/main.entry.cjs')

/** A scope whose processes have a home of their own. */
export interface Home extends Scope {
  /** Runs the command line. */
  daemonic(...words: string[]): Promise<Ran>
  /** Runs it, and reads its standard output as JSON. */
  json<Value>(...words: string[]): Promise<Value>
  /** Runs a line of bash, in which `daemonic` is the command line. */
  bash(script: string, options?: RunOptions): Promise<Ran>
  /** The same on a terminal. */
  terminal(script: string, columns?: number): Promise<Ran>
  /** Writes a program into the folder; its path. */
  program(name: string, text: string): string
}

/** Makes one. */
export function makeHome(t: TestContext): Home {
  const scope = makeScope(t)
  const env = { ...scope.env, DAEMONIC_HOME: scope.path('home'), TERM: 'xterm', TZ: 'UTC' }
  const home: Scope = { ...scope, env }
  const prelude = `daemonic() { '${process.execPath}' '${cli}' "$@"; }\n`
  const bash = (script: string, options?: RunOptions): Promise<Ran> =>
    run(home, ['/bin/bash', '-c', `${prelude}${script}`], options)
  return {
    ...home,
    bash,
    daemonic: (...words) => run(home, [process.execPath, cli, ...words]),
    json: async (...words) => JSON.parse((await run(home, [process.execPath, cli, ...words])).stdout),
    terminal(script, columns = 80) {
      const path = this.program('on-terminal.sh', `${prelude}stty columns ${columns} rows 24\n${script}`)
      return run(home, ['script', '-qec', `/bin/bash ${path}`, '/dev/null'])
    },
    program(name, text) {
      writeFileSync(scope.path(name), text)
      return scope.path(name)
    },
  }
}

/** A program that says something, and goes on. */
export const ticker = "console.log('out 1'); console.error('err 1'); setInterval(() => {}, 1000)\n"
