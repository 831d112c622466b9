import { fork } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect, disconnect } from 'daemonic/client'
import { median, program } from './measure.ts'
import type { BenchService } from './programs/echo-service.ts'
import { judge } from './report.ts'

/** What the program `large-client` tells, in megabytes. */
interface Carried {
  /** A second, in each round. */
  rates: number[]
  /** From the memory before to the peak. */
  growth: { client: number; service: number }
}

/** Much as one argument, and as a stream. */
export async function measureLarge(homes: { stream: string; argument: string }, isQuick: boolean): Promise<void> {
  const megabytes = isQuick ? 10 : 100
  const stream = await carry('stream', megabytes, homes.stream)
  console.log(`\n${megabytes} MB as a stream: ${Math.round(median(stream.rates))} MB a second`)
  judge('growth of the client to its peak', stream.growth.client, 64, ' MB')
  judge('growth of the service to its peak', stream.growth.service, 64, ' MB')
  const { rates, growth } = await carry('argument', megabytes, homes.argument)
  const [client, service] = [Math.round(growth.client), Math.round(growth.service)]
  console.log(
    `${megabytes} MB as one argument: ${Math.round(median(rates))} MB a second; growth to the peak: client ${client} MB, service ${service} MB`,
  )
}

/** Has a program carry it. */
async function carry(kind: 'stream' | 'argument', megabytes: number, home: string): Promise<Carried> {
  const env = { ...process.env, DAEMONIC_HOME: home }
  const client = fork(program('large-client'), [kind, String(megabytes)], { stdio: 'inherit', env })
  return new Promise((resolve, reject) => {
    client.once('message', (carried) => resolve(carried as Carried))
    client.once('exit', (code) => reject(new Error(`large-client ended with exit code ${code}`)))
  })
}

/** A service that nobody calls any more. */
export async function measureIdle(isQuick: boolean): Promise<void> {
  const client = await connect<BenchService>({ name: 'bench', version: '1.0.0', module: program('echo-service') })
  const pid = await client.pid()
  disconnect(client)
  // What V8 collects in the background after work is over by then.
  await sleep(isQuick ? 100 : 15_000)
  const before = sleepsOf(pid)
  await sleep(isQuick ? 1000 : 10_000)
  const after = sleepsOf(pid)
  console.log(`\nAn idle service, in ${isQuick ? 1 : 10} s`)
  judge('wake-ups of its main thread', after.main - before.main, 0)
  judge('wake-ups of all its threads', after.all - before.all, 0)
}

/** How often the threads of a process have gone to sleep so far: as often as they woke. */
function sleepsOf(pid: number): { main: number; all: number } {
  const counts = readdirSync(`/proc/${pid}/task`).map((thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8')
    return { thread, count: Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1]) }
  })
  return {
    main: counts.find(({ thread }) => thread === String(pid))?.count ?? 0,
    all: counts.reduce((sum, { count }) => sum + count, 0),
  }
}
