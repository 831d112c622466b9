// The keeper's hand: does one job after the other for each daemon, and ends when the keeper has no more, or is gone.
import { doJob, type Job } from './jobs.ts'

let running = 0
let isOver = false

process.on('message', async ({ id, job }: { id: number; job: Job }) => {
  running += 1
  const result = await doJob(job)
  running -= 1
  if (process.connected) process.send?.({ id, result })
  else if (running === 0) process.exit()
})
process.on('disconnect', () => {
  isOver = true
  if (running === 0) process.exit()
})
// Whoever stops the keeper lets its jobs come to their end.
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => isOver && process.exit())
