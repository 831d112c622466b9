// A client of a service: the first call starts it. `node greet.ts NAME`
import { connect } from 'daemonic/client'
import type { Greeter } from './greeter.ts'

const greeter = await connect<Greeter>({
  name: 'greeter',
  version: '1.0.0',
  module: new URL('./greeter.ts', import.meta.url),
})
console.log(await greeter.greet(process.argv[2] ?? 'world'))
