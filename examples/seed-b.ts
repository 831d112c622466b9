// The seed's first program: a wrapped function runs as a daemon when it is called. (In Python it is decorated;
// TypeScript decorates methods, see decorated.ts.) The pid file is ours: it says whom to stop, and that there is one.
import { setTimeout as sleep } from 'node:timers/promises'
import { daemonize } from 'daemonic'

const b = daemonize({ stdout: 'log_b.txt', stderr: 'log_b.txt', pidFile: 'b.pid' })(async function b(): Promise<void> {
  console.log('comecando')
  await sleep(10_000)
  console.log('fim')
})

await b()
