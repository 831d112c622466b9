// Services, as ratios in one run: calls beside bare sockets, and whole client programs beside the bare start of Node, the barest client
// that there can be, and core_d with the same work. Arguments: `--quick` for few rounds, whose figures mean nothing; the path of core_d.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect as connectSocket, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { deserialize, serialize } from 'node:v8'
import { connect, disconnect } from 'daemonic/client'
import { median, program, type Times, time } from './measure.ts'
import type { BenchService } from './programs/echo-service.ts'
import { judge, report } from './report.ts'

const isQuick = process.argv.includes('--quick')
const rounds = isQuick ? 2 : 25
const coreD = process.argv.slice(2).find((word) => !word.startsWith('--'))
const node = process.execPath
const cli = [node, fileURLToPath(new URL('../../dist/cli/main.entry.cjs', import.meta.url))]
const folder = mkdtempSync(join(tmpdir(), 'daemonic-bench-'))
const env = { DAEMONIC_HOME: join(folder, 'home') }
const cold = { DAEMONIC_HOME: join(folder, 'cold') }
process.env['DAEMONIC_HOME'] = env.DAEMONIC_HOME
const module = program('echo-service')

/** Writes a program into the folder of this run. */
function write(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Answers each frame with itself, by v8.serialize, or each chunk as it is. */
function serveFrames(path: string, isRaw: boolean): Promise<{ close(): void }> {
  const server = createServer((socket) => {
    if (isRaw) socket.on('data', (chunk) => socket.write(chunk))
    else readFrames(socket, (body) => socket.write(frameOf(deserialize(body))))
  })
  return new Promise((resolve) => server.listen(path, () => resolve(server)))
}

/** A value as a frame. */
function frameOf(value: unknown): Buffer {
  const body = serialize(value)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.length)
  return Buffer.concat([length, body])
}

/** Calls back for each frame. */
function readFrames(socket: Socket, onBody: (body: Buffer) => void): void {
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE()) {
      const end = 4 + rest.readUInt32LE()
      onBody(rest.subarray(4, end))
      rest = rest.subarray(end)
    }
  })
}

/** Peak of the resident memory of a process, in megabytes. */
function peakOf(pid: number | 'self'): number {
  return Number(/^VmHWM:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024
}

/** How often the threads of a process have gone to sleep so far. */
function sleepsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8'))
    .reduce((sum, text) => sum + Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(text)?.[1]), 0)
}

/** Microseconds that one of many calls takes, made one after the other. */
async function perCall(count: number, call: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  for (let index = 0; index < count; index += 1) await call()
  return ((performance.now() - begin) * 1000) / count
}

/** Waits for one chunk or frame. */
const next = (socket: Socket): Promise<unknown> => new Promise((resolve) => socket.once('data', resolve))

/** Calls in a running client. */
async function measureCalls(): Promise<void> {
  const [rawPath, framePath] = [join(folder, 'raw'), join(folder, 'frames')]
  const { fork } = await import('node:child_process')
  const peer = fork(fileURLToPath(import.meta.url), ['--peer', rawPath, framePath], { stdio: 'inherit' })
  await new Promise((resolve) => peer.once('message', resolve))
  const client = await connect<BenchService>({ name: 'bench', version: '1.0.0', module })
  const raw = connectSocket(rawPath)
  const framed = connectSocket(framePath)
  const count = isQuick ? 200 : 5000
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = -1; round < (isQuick ? 1 : 7); round += 1) {
    const bare = await perCall(count, () => {
      raw.write('text')
      return next(raw)
    })
    const called = await perCall(count, () => client.echo('text'))
    if (round < 0) continue
    theirs.push(bare)
    ours.push(called)
  }
  console.log(
    `\nA warm call: ${median(ours).toFixed(1)} us; a raw echo over the same kind of socket: ${median(theirs).toFixed(1)} us`,
  )
  judge('a warm call, of a raw echo', median(ours) / median(theirs), 2.5)
  await measureMany(client, framed)
  raw.destroy()
  framed.destroy()
  peer.kill()
  await measureLarge(client)
  await measureIdle(client)
}

/** Very many calls at once. */
async function measureMany(client: Awaited<ReturnType<typeof connect<BenchService>>>, framed: Socket): Promise<void> {
  const count = isQuick ? 500 : 20_000
  let waiting = 0
  let onAll = (): void => {}
  readFrames(framed, (body) => {
    deserialize(body)
    waiting -= 1
    if (waiting === 0) onAll()
  })
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = -1; round < (isQuick ? 1 : 7); round += 1) {
    let begin = performance.now()
    waiting = count
    const all = new Promise<void>((resolve) => {
      onAll = resolve
    })
    for (let index = 0; index < count; index += 1) framed.write(frameOf('text'))
    await all
    const bare = count / ((performance.now() - begin) / 1000)
    begin = performance.now()
    await Promise.all(Array.from({ length: count }, () => client.echo('text')))
    const called = count / ((performance.now() - begin) / 1000)
    if (round < 0) continue
    theirs.push(bare)
    ours.push(called)
  }
  const rate = median(ours)
  console.log(
    `\n${count} calls at once: ${Math.round(rate)} a second; bare frames by v8.serialize: ${Math.round(median(theirs))}`,
  )
  console.log(
    `  ${rate >= 25_000 || rate >= 0.6 * median(theirs) ? 'ok ' : 'NOT'} at least 25000 a second, or 0.6 of bare frames (${(rate / median(theirs)).toFixed(2)})`,
  )
}

/** 100 MB as one argument, and as a stream; each in a service and a client of their own, for the sake of their peaks. */
async function measureLarge(client: Awaited<ReturnType<typeof connect<BenchService>>>): Promise<void> {
  const pid = await client.pid()
  const megabytes = isQuick ? 10 : 100
  const [before, there] = [peakOf('self'), peakOf(pid)]
  let begin = performance.now()
  let received = 0
  for await (const chunk of client.chunks(megabytes * 16, 65_536)) received += chunk.length
  let rate = received / 2 ** 20 / ((performance.now() - begin) / 1000)
  const grown = [peakOf('self') - before, peakOf(pid) - there]
  console.log(`\n${megabytes} MB as a stream: ${Math.round(rate)} MB a second`)
  judge('growth of the client at its peak', grown[0] ?? 0, 64, ' MB')
  judge('growth of the service at its peak', grown[1] ?? 0, 64, ' MB')
  begin = performance.now()
  await client.size(Buffer.alloc(megabytes * 2 ** 20))
  rate = megabytes / ((performance.now() - begin) / 1000)
  console.log(
    `${megabytes} MB as one argument: ${Math.round(rate)} MB a second; peak of the client ${Math.round(peakOf('self'))} MB, of the service ${Math.round(peakOf(pid))} MB`,
  )
}

/** A service that nobody calls. */
async function measureIdle(client: Awaited<ReturnType<typeof connect<BenchService>>>): Promise<void> {
  const pid = await client.pid()
  disconnect(client)
  const wait = isQuick ? 1000 : 10_000
  // What V8 collects in the background after work is over by then.
  await sleep(isQuick ? 100 : 10_000)
  const before = sleepsOf(pid)
  await sleep(wait)
  console.log(`\nAn idle service: its threads woke ${sleepsOf(pid) - before} times in ${wait / 1000} s`)
}

/** Whole programs. */
async function measurePrograms(): Promise<void> {
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  const { symlinkSync } = await import('node:fs')
  symlinkSync(fileURLToPath(new URL('../..', import.meta.url)), join(folder, 'node_modules', 'daemonic'))
  const sock = join(env.DAEMONIC_HOME, `bench-1.0.0-node${process.versions.node.split('.')[0]}`, 'sock')
  const call = `require('daemonic/client').connect({ name: 'bench', version: '1.0.0', module: ${JSON.stringify(module)} }).then((client) => client.echo('text'))`
  const hello = JSON.stringify(JSON.stringify({ daemonic: 1, wants: 'facts', key: '', version: '' }))
  const bare = `const socket = require('net').connect(${JSON.stringify(sock)}); const body = Buffer.from(${hello}); const length = Buffer.alloc(4); length.writeUInt32LE(body.length); socket.write(Buffer.concat([length, body])); socket.once('data', () => socket.destroy())`
  const contenders: Record<
    string,
    { command: string[]; env?: Record<string, string>; before?: () => Promise<unknown> }
  > = {
    'node -e 0': { command: [node, '-e', '0'] },
    'an empty module': { command: [node, program('empty')] },
    'the barest client': { command: [node, write('bare.cjs', bare)], env },
    'a client, CommonJS, one warm call': { command: [node, write('client.cjs', call)], env },
    'a client, ES module, one warm call': { command: [node, program('echo-client')], env },
    'a client, CommonJS, cold start': {
      command: [node, join(folder, 'client.cjs')],
      env: cold,
      before: () => time([...cli, 'stop', '--all'], cold),
    },
  }
  if (coreD !== undefined) {
    const work = write(
      'work.cjs',
      'exports.invoke = (cwd, args, text, mtime, done) => (typeof mtime === "function" ? mtime : done)(null, "text")',
    )
    const text = `Object.assign(process.env, { CORE_D_TITLE: 'bench', CORE_D_DOTFILE: '.bench_d', CORE_D_SERVICE: ${JSON.stringify(work)} }); require(${JSON.stringify(coreD)})`
    const theirs = { HOME: folder }
    contenders['core_d 6.1.1, one warm call'] = {
      command: [node, write('core.cjs', `${text}.invoke(['text'])`)],
      env: theirs,
    }
    await time([node, write('core-start.cjs', `${text}.start()`)], theirs).catch(() => {})
    await sleep(500)
  }
  const results = new Map(Object.keys(contenders).map((name) => [name, [] as Times[]]))
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, { command, env: environment, before }] of Object.entries(contenders)) {
      await before?.()
      const { milliseconds } = await time(command, environment)
      if (round >= 0) results.get(name)?.push({ toReturn: milliseconds, toFirstLine: undefined })
      await sleep(20)
    }
  }
  const medians = report('Whole programs', results, ({ toReturn }) => toReturn)
  const ratio = (name: string, base: string): number => (medians.get(name) ?? 0) / (medians.get(base) ?? 1)
  judge('one warm call, of node -e 0', ratio('a client, CommonJS, one warm call', 'node -e 0'), 1.25)
  judge(
    'the same as a module, of an empty module',
    ratio('a client, ES module, one warm call', 'an empty module'),
    1.25,
  )
  judge('a cold start, of node -e 0', ratio('a client, CommonJS, cold start', 'node -e 0'), 2.6)
  if (coreD !== undefined) {
    judge('one warm call, of core_d', ratio('a client, CommonJS, one warm call', 'core_d 6.1.1, one warm call'), 1)
    await time(
      [
        node,
        write(
          'core-stop.cjs',
          `Object.assign(process.env, { CORE_D_TITLE: 'bench', CORE_D_DOTFILE: '.bench_d', CORE_D_SERVICE: 'x' }); require(${JSON.stringify(coreD)}).stop()`,
        ),
      ],
      { HOME: folder },
    )
  }
}

if (process.argv[2] === '--peer') {
  await serveFrames(process.argv[3] ?? '', true)
  await serveFrames(process.argv[4] ?? '', false)
  process.send?.('listening')
} else {
  try {
    await measureCalls()
    await measurePrograms()
  } finally {
    for (const environment of [env, cold]) await time([...cli, 'stop', '--all'], environment).catch(() => {})
    rmSync(folder, { recursive: true, force: true })
  }
}
