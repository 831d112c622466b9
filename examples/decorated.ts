// A method runs as a daemon, with the arguments that the launcher called it with.
import { setTimeout as sleep } from 'node:timers/promises'
import { daemonize } from 'daemonic'

class Jobs {
  @daemonize({ stdout: 'log_jobs.txt', stderr: 'log_jobs.txt', pidFile: 'jobs.pid' })
  async count(from: number, to: number): Promise<void> {
    for (let i = from; i <= to; i += 1) {
      console.log(i)
      await sleep(1000)
    }
  }
}

await new Jobs().count(1, 10)
