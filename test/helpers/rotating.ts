// A log that real processes write numbered lines to, and a look at what is in it and its rotated files.
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { statOf, until } from './processes.ts'
import { fixture } from './run.ts'
import type { Scope } from './scope.ts'

/** A folder for a log, and its path. */
export function makeLog(folder: string): string {
  mkdirSync(folder, { recursive: true })
  return join(folder, 'out.log')
}

/** Starts writers; each has so many children, which write as well. */
export function startWriters(
  scope: Scope,
  log: string,
  { writers = 1, lines = 0, children = 0, pause = 0 }: Record<string, number>,
): ChildProcess[] {
  const fd = openSync(log, 'a')
  const words = (index: number): string[] => [`w${index}`, String(lines), String(children), String(pause)]
  const started = Array.from({ length: writers }, (_, index) =>
    spawn(process.execPath, [fixture('lines'), ...words(index)], { stdio: ['ignore', fd, fd], env: scope.env }),
  )
  closeSync(fd)
  return started
}

/** Asks writers to end, and waits until they have. */
export async function endWriters(writers: readonly ChildProcess[]): Promise<void> {
  for (const writer of writers) writer.kill('SIGTERM')
  await untilEnded(writers)
}

/** Waits until writers have ended. */
export async function untilEnded(writers: readonly ChildProcess[]): Promise<void> {
  await until('the end of the writers', () => writers.every((one) => one.exitCode !== null || one.signalCode !== null))
}

/** The rotated files of a log, the oldest first, and the log itself, as bytes. */
export function readParts(log: string): Buffer[] {
  const [folder, name] = [join(log, '..'), log.slice(log.lastIndexOf('/') + 1)]
  const rotated = readdirSync(folder)
    .filter((one) => one.startsWith(`${name}.`) && /\.\d{6}(?:\.gz)?$/.test(one))
    .sort()
  const parts = rotated.map((one) => {
    const bytes = readFileSync(join(folder, one))
    return one.endsWith('.gz') ? gunzipSync(bytes) : bytes
  })
  return [...parts, readFileSync(log)]
}

/** Checks that the lines of every writer are all there, once, in order and whole, and gives how many each wrote. */
export function checkLines(lines: readonly string[]): Record<string, number> {
  const next: Record<string, number> = {}
  for (const [index, line] of lines.entries()) {
    const [, label = '', number = '', filling = ''] = /^(w[\d.]+) (\d+) (x*)$/.exec(line) ?? []
    assert.notEqual(label, '', `line ${index} is whole: '${line}'`)
    assert.equal(Number(number), next[label] ?? 0, `line ${index}: the next one of ${label}`)
    assert.equal(filling.length, Number(number) % 97, `line ${index} is whole`)
    next[label] = Number(number) + 1
  }
  return next
}

/** Checks a log with its rotated files. */
export function checkLog(log: string): Record<string, number> {
  const parts = readParts(log)
  for (const part of parts) if (part.length > 0) assert.equal(part.at(-1), 10, 'no line is cut in two')
  return checkLines(Buffer.concat(parts).toString().split('\n').slice(0, -1))
}

/** Checks that nothing of a rotation is left beside a log but the rotated files and the journal. */
export function checkClean(log: string): void {
  const folder = join(log, '..')
  const left = readdirSync(folder).filter((one) => !/^out\.log(?:\.\d{6}(?:\.gz)?|\.rotation)?$/.test(one))
  assert.deepEqual(left, [])
}

/** Is a process stopped? */
export function isStopped(pid: number): boolean {
  return statOf(pid)[0] === 'T'
}

/** Folders on the file systems that are rotated in different ways: where tests are, and in memory. */
export function folderIn(t: TestContext, scope: Scope, memory: string | undefined): string {
  if (memory === undefined) return scope.path('logs')
  const folder = join(memory, `daemonic-test-${process.pid}-${Date.now()}`)
  t.after(async () => (await import('node:fs')).rmSync(folder, { recursive: true, force: true }))
  return folder
}
