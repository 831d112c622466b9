// Starts a server by name, uses it, looks at it, and stops it. `daemonic list` knows it, too.
import { startDaemon } from 'daemonic'

const port = process.argv[2] ?? '8080'
const hello = await startDaemon({
  name: 'hello',
  module: new URL('./hello.ts', import.meta.url),
  args: [port],
  ready: { port: Number(port) },
})

console.log(`hello runs as process ${hello.pid}`)
console.log(await (await fetch(`http://127.0.0.1:${port}/`)).text())

const { state, readyAfter } = await hello.status()
console.log(`It is ${state}, and was ready after ${readyAfter} ms. Its log:`)
for await (const line of hello.logs()) console.log(`  ${line}`)

const { how, took } = await hello.stop()
console.log(`Stopped (${how}) after ${took} ms.`)
