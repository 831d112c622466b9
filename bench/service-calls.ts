import { fork } from 'node:child_process'
import { connect as connectSocket, type Socket } from 'node:net'
import { join } from 'node:path'
import { deserialize } from 'node:v8'
import { type Client, connect, disconnect } from 'daemonic/client'
import { frameOf, readFrames } from './frames.ts'
import { median, program } from './measure.ts'
import type { BenchService } from './programs/echo-service.ts'
import { judge } from './report.ts'

/** Calls in a running client: one after the other beside a raw echo, and very many at once beside bare frames. */
export async function measureCalls(folder: string, isQuick: boolean): Promise<void> {
  const paths = [join(folder, 'raw'), join(folder, 'frames')] as const
  const peer = fork(program('echo-peer'), paths, { stdio: 'inherit' })
  await new Promise((resolve) => peer.once('message', resolve))
  const client = await connect<BenchService>({ name: 'bench', version: '1.0.0', module: program('echo-service') })
  const [raw, framed] = [connectSocket(paths[0]), connectSocket(paths[1])]
  await oneByOne(client, raw, isQuick)
  await atOnce(client, framed, isQuick)
  raw.destroy()
  framed.destroy()
  peer.kill()
  disconnect(client)
}

/** One call after the other. */
async function oneByOne(client: Client<BenchService>, raw: Socket, isQuick: boolean): Promise<void> {
  const count = isQuick ? 200 : 5000
  const [ours, theirs] = await inTurn(
    isQuick ? 1 : 7,
    () => perCall(count, () => client.echo('text')),
    () => perCall(count, () => echoRaw(raw)),
  )
  console.log(`\nA warm call: ${ours.toFixed(1)} us; a raw echo over the same kind of socket: ${theirs.toFixed(1)} us`)
  judge('a warm call, of a raw echo', ours / theirs, 2.5)
}

/** Very many calls at once. */
async function atOnce(client: Client<BenchService>, framed: Socket, isQuick: boolean): Promise<void> {
  const count = isQuick ? 500 : 20_000
  const echoFrames = echoer(framed)
  const rate = async (make: () => Promise<unknown>): Promise<number> => {
    const begin = performance.now()
    await make()
    return count / ((performance.now() - begin) / 1000)
  }
  const [ours, theirs] = await inTurn(
    isQuick ? 1 : 7,
    () => rate(() => Promise.all(Array.from({ length: count }, () => client.echo('text')))),
    () => rate(() => echoFrames(count)),
  )
  const [calls, frames] = [Math.round(ours), Math.round(theirs)]
  console.log(`\n${count} calls at once: ${calls} a second; bare frames by v8.serialize: ${frames} a second`)
  const isGood = ours >= 25_000 || ours >= theirs * 0.6
  console.log(
    `  ${isGood ? 'ok ' : 'NOT'} at least 25000 a second, or 0.6 of bare frames (${(ours / theirs).toFixed(3)})`,
  )
}

/** Measures two things in turn, once without counting, and gives their medians. */
async function inTurn(
  rounds: number,
  ours: () => Promise<number>,
  theirs: () => Promise<number>,
): Promise<[number, number]> {
  const [some, others]: [number[], number[]] = [[], []]
  for (let round = -1; round < rounds; round += 1) {
    const [one, other] = [await ours(), await theirs()]
    if (round < 0) continue
    some.push(one)
    others.push(other)
  }
  return [median(some), median(others)]
}

/** Microseconds that one of many calls takes, made one after the other. */
async function perCall(count: number, call: () => Promise<unknown>): Promise<number> {
  const begin = performance.now()
  for (let index = 0; index < count; index += 1) await call()
  return ((performance.now() - begin) * 1000) / count
}

/** Writes a chunk, and waits for it to come back. */
function echoRaw(socket: Socket): Promise<unknown> {
  socket.write('text')
  return new Promise((resolve) => socket.once('data', resolve))
}

/** Makes what writes so many frames at once, and waits for all to come back. */
function echoer(socket: Socket): (count: number) => Promise<void> {
  let waiting = 0
  let onAll = (): void => {}
  readFrames(socket, (body) => {
    deserialize(body)
    waiting -= 1
    if (waiting === 0) onAll()
  })
  return (count) => {
    waiting = count
    for (let index = 0; index < count; index += 1) socket.write(frameOf('text'))
    return new Promise((resolve) => {
      onAll = resolve
    })
  }
}
