// A service: greets, and counts whom it has greeted since it was started.
import { serve } from 'daemonic/service'

let count = 0

const greeter = serve(
  { name: 'greeter', version: '1.0.0', idleTimeout: '1m' },
  {
    greet(name: string): string {
      count += 1
      return `Hello, ${name}. You are number ${count}, says process ${process.pid}.`
    },
  },
)

export type Greeter = typeof greeter
