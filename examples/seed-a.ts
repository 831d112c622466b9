// The seed's second program: a function runs as a daemon.
import { setTimeout as sleep } from 'node:timers/promises'
import { daemonizeFunc } from 'daemonic'

async function a(): Promise<void> {
  console.log(Date.now() / 1000)
  await sleep(50_000)
  console.log(Date.now() / 1000)
}

await daemonizeFunc(a, { stdout: 'log_a.txt', stderr: 'log_a.txt', workingDir: '.' })
