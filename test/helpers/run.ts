import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { patience } from './processes.ts'
import type { Scope } from './scope.ts'

export interface Ran {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
}

export interface RunOptions {
  cwd?: string
  env?: Record<string, string>
  input?: string
  /** The program ends by itself, not by the end of its input. */
  keepsInputOpen?: boolean
  /** Called with the child as soon as it is started. */
  onStart?: (child: ChildProcess) => void
}

/** Runs a program to its end, and until nobody holds its pipes any more: a daemon that kept one would hang it. */
export function run(scope: Scope, [command, ...args]: string[], options: RunOptions = {}): Promise<Ran> {
  const child = spawn(command ?? '', args, { cwd: options.cwd ?? scope.folder, env: options.env ?? scope.env })
  const timer = setTimeout(() => child.kill('SIGKILL'), patience)
  options.onStart?.(child)
  const output = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  child.stdin.on('error', () => {}).write(options.input ?? '')
  if (options.keepsInputOpen !== true) child.stdin.end()
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => {
      clearTimeout(timer)
      resolve({ code, signal, ...output })
    })
  })
}

/** The path of a compiled fixture program. */
export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}.js`, import.meta.url))
}

/** The path of a file of the project. */
export function projectFile(path: string): string {
  return fileURLToPath(new URL(`../../../${path}`, import.meta.url))
}

/** Runs a fixture program with Node to the end of its launcher. */
export function runFixture(scope: Scope, name: string, args: string[] = [], options: RunOptions = {}): Promise<Ran> {
  return run(scope, [process.execPath, fixture(name), ...args], options)
}
