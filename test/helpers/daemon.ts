import assert from 'node:assert/strict'
import type { Audit } from '../../src/audit/audit-process.ts'
import type { Facts, Spec } from '../fixtures/daemon.ts'
import { until } from './processes.ts'
import { fixture, projectFile, type Ran, type RunOptions, run } from './run.ts'
import type { Scope } from './scope.ts'

/** Starts the fixture `daemon` with these options, its log in out.log, its pid in daemon.pid. */
export function startDaemon(scope: Scope, spec: Partial<Spec> = {}, options: RunOptions = {}): Promise<Ran> {
  return run(scope, daemonCommand(spec), options)
}

/** The command that does. */
export function daemonCommand(spec: Partial<Spec> = {}, nodeFlags: string[] = []): string[] {
  const options = { stdout: 'out.log', stderr: 'out.log', pidFile: 'daemon.pid', ...spec.options }
  return [process.execPath, ...nodeFlags, fixture('daemon'), JSON.stringify({ verb: 'createDaemon', ...spec, options })]
}

/** What the daemon said of itself in its log; it is waited for. */
export function readFacts(scope: Scope, log = 'out.log'): Promise<Facts> {
  return until(`the facts in ${log}`, () => {
    const line = scope.read(log).match(/^\{"facts":.*\}$/m)?.[0]
    return line === undefined ? undefined : (JSON.parse(line) as { facts: Facts }).facts
  })
}

/** The pid in a pid file. */
export function readPid(scope: Scope, file = 'daemon.pid'): number {
  const text = scope.read(file)
  assert.match(text, /^\d+\n$/)
  return Number(text)
}

/** Audits a process by the command line. */
export async function audit(scope: Scope, pid: number): Promise<Audit> {
  const ran = await run(scope, [
    process.execPath,
    projectFile('dist/cli/main.entry.cjs'),
    'audit',
    String(pid),
    '--json',
  ])
  return JSON.parse(ran.stdout) as Audit
}

/** The items of an audit that do not hold, as text. */
export function failures({ items }: Audit): string[] {
  return items.filter(({ ok }) => !ok).map(({ name, seen }) => `${name}: ${seen}`)
}

/** Asserts that a launcher came out well: exit code 0, and nothing but what the program itself printed. */
export function assertStarted(ran: Ran, stdout = 'before the call\n'): void {
  assert.deepEqual({ ...ran }, { code: 0, signal: null, stdout, stderr: '' })
}
