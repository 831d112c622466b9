// Numbers of processes are given out again: who has the number of a dead daemon by now is never taken for it, nor signalled.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Operation } from '../fixtures/manage.ts'
import { manage } from '../helpers/manage.ts'
import { skipUnlessRoot, skipUnlessShell } from '../helpers/needs.ts'
import { fixture } from '../helpers/run.ts'
import { makeScope, type Scope } from '../helpers/scope.ts'

/** A namespace of processes, whose numbers are the test's to give. Its first process, a shell, reaps orphans. */
const within = ['unshare', '--pid', '--fork', '--mount-proc', '--kill-child', '/bin/sh', '-c', '"$@"; exit $?', 'sh']
const skip =
  skipUnlessRoot ||
  skipUnlessShell(
    "unshare --pid --fork --mount-proc sh -c 'echo 500 >/proc/sys/kernel/ns_last_pid'",
    'numbers of processes can not be chosen here',
  )

const command = { name: 'd', command: ['sleep', '1000'] }
const kinds = { command, module: { name: 'd', module: fixture('module') } }

/** Does operations in a namespace of their own, and tells the values and errors of all. */
async function act(scope: Scope, operations: Operation[]): Promise<{ values: unknown[]; codes: unknown[] }> {
  const results = await manage(scope, operations, { within })
  return { values: results.map(({ value }) => value), codes: results.map(({ error }) => error?.code ?? error?.message) }
}

for (const [kind, options] of Object.entries(kinds)) {
  test(`a stranger with the number of a dead ${kind} is not taken for it, and gets none of its signals`, {
    skip,
  }, async (t) => {
    const scope = makeScope(t)
    const { values, codes } = await act(scope, [
      { op: 'start', options },
      { op: 'kill', name: 'd' },
      { op: 'stranger', name: 'd', asSession: false },
      { op: 'find', name: 'd' },
      { op: 'status', name: 'd' },
      { op: 'wait', name: 'd' },
      { op: 'reload', name: 'd' },
      { op: 'signal', name: 'd', signal: 'SIGKILL' },
      { op: 'stop', name: 'd' },
      { op: 'strangers' },
      { op: 'start', options },
      { op: 'strangers' },
      { op: 'restart', name: 'd' },
      { op: 'stop', name: 'd' },
      { op: 'strangers' },
      { op: 'forget', name: 'd' },
    ])
    const [start, killed, stranger, found, status, , , , idle, after, again, later, , stopped, end] = values as Told[]
    assert.deepEqual([start?.pid, stranger], [killed, killed], 'the number was given out again')
    assert.equal(found?.pid, undefined)
    assert.deepEqual([status?.state, status?.pid, status?.pids], ['died', null, []])
    assert.deepEqual(codes.slice(6, 8), ['NOT_RUNNING', 'NOT_RUNNING'])
    assert.equal(idle?.how, 'not running')
    assert.notEqual(again?.pid, stranger)
    assert.equal(stopped?.how, 'clean')
    for (const strangers of [after, later, end]) assert.deepEqual(strangers, [{ pid: stranger, lives: true }])
    assert.deepEqual(codes.filter((code) => code !== undefined).length, 2, JSON.stringify(codes))
  })
}

test('a stranger that leads a session with the number of the dead daemon’s is not ended with what the daemon left', {
  skip,
}, async (t) => {
  const scope = makeScope(t)
  // What it leaves is in a session of its own, so that the number of the daemon's session is free.
  const options = { name: 'd', command: ['/bin/sh', '-c', 'setsid sleep 2000 & exec sleep 1000'] }
  const sleeps = "grep -lz '^2000$' /proc/[0-9]*/cmdline | wc -l"
  const { values, codes } = await act(scope, [
    { op: 'start', options },
    { op: 'shell', script: `until [ "$(${sleeps})" -gt 0 ]; do sleep 0.01; done` },
    { op: 'kill', name: 'd' },
    { op: 'stranger', name: 'd', asSession: true },
    { op: 'status', name: 'd' },
    { op: 'stop', name: 'd' },
    { op: 'strangers' },
    { op: 'shell', script: sleeps },
    { op: 'start', options },
    { op: 'kill', name: 'd' },
    { op: 'start', options: command },
    { op: 'strangers' },
    { op: 'shell', script: sleeps },
    { op: 'stop', name: 'd' },
  ])
  assert.deepEqual(
    codes.filter((code) => code !== undefined),
    [],
    JSON.stringify(codes),
  )
  const [, , , stranger, status, stopped, after, left, , , , later, none] = values as Told[]
  assert.deepEqual([status?.state, status?.pids?.length], ['died', 1])
  assert.ok(
    status?.problems?.some((text) => text.includes('left of it')),
    JSON.stringify(status?.problems),
  )
  assert.equal(stopped?.how, 'clean')
  assert.deepEqual([after, later], [[{ pid: stranger, lives: true }], [{ pid: stranger, lives: true }]])
  assert.deepEqual([String(left).trim(), String(none).trim()], ['0', '0'], 'what it left is ended')
})

test('a stranger with the number of a daemon whose record is damaged is not taken for it', { skip }, async (t) => {
  const scope = makeScope(t)
  const { values, codes } = await act(scope, [
    { op: 'start', options: command },
    { op: 'kill', name: 'd' },
    { op: 'stranger', name: 'd', asSession: false },
    { op: 'damage', path: scope.path('home/d/state.json'), how: { kind: 'half' } },
    { op: 'status', name: 'd' },
    { op: 'stop', name: 'd' },
    { op: 'start', options: command },
    { op: 'stop', name: 'd' },
    { op: 'strangers' },
  ])
  assert.deepEqual(
    codes.filter((code) => code !== undefined),
    [],
    JSON.stringify(codes),
  )
  const [, , stranger, , status, , , stopped, strangers] = values as Told[]
  assert.deepEqual([status?.state, status?.pid, stopped?.how], ['died', null, 'clean'])
  assert.deepEqual(strangers, [{ pid: stranger, lives: true }])
})

/** What an operation tells of a daemon. */
interface Told {
  pid?: number | null
  state?: string
  pids?: number[]
  problems?: string[]
  how?: string
}
