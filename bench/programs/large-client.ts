// Carries so many megabytes, three times, as a stream or as one argument, and tells its parent how fast, and what memory it took.
// A process of its own, with a service of its own, for the sake of their peaks.
import { connect, disconnect } from 'daemonic/client'
import { memoryOf } from '../memory.ts'
import type { BenchService } from './echo-service.ts'

const [kind, megabytes = 0] = [process.argv[2], Number(process.argv[3])]
const module = new URL('./echo-service.js', import.meta.url)
const client = await connect<BenchService>({ name: 'bench', version: '1.0.0', module })
const pid = await client.pid()
const before = { client: memoryOf('self').now, service: memoryOf(pid).now }
const seconds: number[] = []
for (let round = 0; round < 3; round += 1) {
  const begin = performance.now()
  if ((await carry()) !== megabytes * 2 ** 20) throw new Error('some of it was lost')
  seconds.push((performance.now() - begin) / 1000)
}
process.send?.({
  rates: seconds.map((each) => megabytes / each),
  growth: { client: memoryOf('self').peak - before.client, service: memoryOf(pid).peak - before.service },
})
disconnect(client)

/** Carries it once. */
async function carry(): Promise<number> {
  if (kind === 'argument') return client.size(Buffer.alloc(megabytes * 2 ** 20))
  let received = 0
  for await (const chunk of client.chunks(megabytes * 16, 65_536)) received += chunk.length
  return received
}
