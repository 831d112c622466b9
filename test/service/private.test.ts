// A service is its user's alone, and no stranger at its socket takes it down or makes it grow.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { serialize } from 'node:v8'
import { skipUnlessRoot, skipWithout } from '../helpers/needs.ts'
import { isAlive, until } from '../helpers/processes.ts'
import { run } from '../helpers/run.ts'
import { makeTested, rejection, type Tested } from '../helpers/service.ts'

/** Connects a stranger, who is gone when the test is over. */
async function stranger(t: TestContext, tested: Tested): Promise<Socket & { isOver: boolean }> {
  const socket = Object.assign(connect(join(tested.folder(), 'sock')), { isOver: false })
  t.after(() => socket.destroy())
  socket.on('error', () => {})
  socket.on('close', () => {
    socket.isOver = true
  })
  await new Promise((resolve) => socket.once('connect', resolve))
  return socket
}

/** A frame of bytes. */
function frame(body: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.length)
  return Buffer.concat([length, body])
}

/** Says a proper hello, and waits for the welcome. */
async function hello(socket: Socket): Promise<void> {
  const runtime = `node${process.versions.node.split('.')[0]}`
  const key = JSON.stringify(['tested', '1.0.0', runtime, {}])
  socket.write(frame(Buffer.from(JSON.stringify({ daemonic: 1, wants: 'calls', key, version: '1.0.0' }))))
  const answer = await new Promise<Buffer>((resolve) => socket.once('data', resolve))
  assert.match(answer.toString(), /"kind":"welcome"/)
}

/** Resident memory of a process, in megabytes. */
function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

for (const umask of [0o000, 0o077]) {
  test(`with umask ${umask.toString(8)}: the socket is 0600 in a folder that is 0700`, async (t) => {
    const tested = makeTested(t)
    const before = process.umask(umask)
    t.after(() => process.umask(before))
    await tested.client()
    const modes = ['sock', '.', '..'].map((name) => statSync(join(tested.folder(), name)).mode & 0o777)
    assert.deepEqual(modes, [0o600, 0o700, 0o700])
  })
}

test('a home that is open to others, or a link, is refused, and nothing is connected to', async (t) => {
  const tested = makeTested(t)
  const home = tested.scope.path('home')
  await tested.client()
  chmodSync(home, 0o755)
  const open = await rejection(tested.client())
  assert.equal(open['code'], 'HOME_UNSAFE')
  assert.match(open.message, /has mode 0755, not 0700: chmod 700/)
  chmodSync(home, 0o700)
  symlinkSync(home, tested.scope.path('link'))
  process.env['DAEMONIC_HOME'] = tested.scope.path('link')
  assert.equal((await rejection(tested.client()))['code'], 'HOME_UNSAFE')
})

test('another user can’t connect', { skip: skipUnlessRoot || skipWithout('setpriv') }, async (t) => {
  const tested = makeTested(t)
  await tested.client()
  const script = `require('net').connect(process.argv[1]).on('connect', () => console.log('in')).on('error', (e) => console.log(e.code))`
  const command = [process.execPath, '-e', script, join(tested.folder(), 'sock')]
  const ran = await run(tested.scope, ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...command])
  assert.equal(ran.stdout, 'EACCES\n')
})

test('strangers: garbage, lengths that lie, half frames and silence', async (t) => {
  const tested = makeTested(t)
  const client = await tested.client()
  const pid = await client.pid()
  const before = memoryOf(pid)
  const lengths = [0xffffffff, 65_537].map((length) => {
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32LE(length)
    return bytes
  })
  for (const bytes of [Buffer.alloc(100_000, 0xab), frame(Buffer.from('{}')), frame(Buffer.alloc(0)), ...lengths]) {
    const socket = await stranger(t, tested)
    socket.write(bytes)
    await until('the end of the stranger', () => socket.isOver)
  }
  const silent = await Promise.all(Array.from({ length: 300 }, () => stranger(t, tested)))
  for (const socket of silent) socket.write(Buffer.from([100, 0, 0, 0, 1]))
  assert.equal(await client.pid(), pid)
  assert.equal(await (await tested.client()).pid(), pid)
  await until('the end of their patience', () => silent.every((socket) => socket.isOver))
  assert.ok(memoryOf(pid) - before < 60, `it grew from ${before} to ${memoryOf(pid)} MB`)
})

test('one who is in, and says what no client says, is put out', async (t) => {
  const tested = makeTested(t, { maxCalls: 10, maxMessage: '1MB' })
  const client = await tested.client()
  const pid = await client.pid()
  const call = (id: number, path: unknown[]): Buffer =>
    frame(serialize(['call', id, 'slow', [60_000], path.length === 0 ? [] : [{ kind: 'error', path, error: {} }]]))
  const messages: Record<string, Buffer[]> = {
    'more calls than it may make': Array.from({ length: 11 }, (_, index) => call(index, [])),
    'a call twice': [call(1, []), call(1, [])],
    'no message': [frame(serialize(['what']))],
    'what can’t be read': [frame(Buffer.from('garbage'))],
    'what is too long': [frame(Buffer.alloc(2 ** 21))],
  }
  for (const [what, frames] of Object.entries(messages)) {
    const socket = await stranger(t, tested)
    await hello(socket)
    for (const one of frames) socket.write(one)
    await until(`the end of one who says ${what}`, () => socket.isOver)
  }
  const polluter = await stranger(t, tested)
  await hello(polluter)
  polluter.write(call(1, ['__proto__', 'polluted']))
  const answer = await new Promise<Buffer>((resolve) => polluter.once('data', resolve))
  assert.match(answer.toString('latin1'), /a reference leads nowhere/)
  assert.equal(await client.pid(), pid)
})

test('one who floods it with calls and reads no answers: it does not grow, and others are answered', async (t) => {
  const tested = makeTested(t)
  const client = await tested.client()
  const pid = await client.pid()
  const before = memoryOf(pid)
  const socket = await stranger(t, tested)
  await hello(socket)
  socket.pause()
  const calls = Array.from({ length: 1000 }, (_, id) => frame(serialize(['call', id, 'fill', [65_536], []])))
  for (const one of calls) socket.write(one)
  for (let round = 0; round < 50; round += 1) assert.equal(await client.echo(round), round)
  assert.ok(isAlive(pid))
  assert.ok(memoryOf(pid) - before < 100, `it grew from ${before} to ${memoryOf(pid)} MB`)
})

test('a folder of the service that belongs to nobody yet is made private', async (t) => {
  const tested = makeTested(t)
  mkdirSync(tested.scope.path('home'), { mode: 0o700 })
  await tested.client()
  assert.equal(statSync(tested.folder()).mode & 0o777, 0o700)
})
