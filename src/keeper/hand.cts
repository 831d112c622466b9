import type { ChildProcess } from 'node:child_process'
import { join } from 'node:path'
import type { Job, JobResult } from './jobs.ts'

/** What does the keeper's work: a process that has all of the library loaded, so that the keeper itself stays small. */
export interface Hand {
  /** Has a job done. Rejects, when the hand is lost meanwhile. */
  run<Kind extends Job['kind']>(job: Job & { kind: Kind }): Promise<JobResult[Kind]>
  /** Has it be there when it is needed, soon. */
  warm(): void
  /** Lets it finish what it does, and end. */
  end(): void
}

/** How long it stays without work, in milliseconds: as long as the longest usual wait of a crash loop, whose every start would start it anew. */
const patience = 30_000

interface Waiting {
  resolve(result: never): void
  reject(error: Error): void
}

/** Makes a hand; its process is started when there is work, and ends when there is none for some time, or when this process ends. */
export function makeHand(): Hand {
  let child: ChildProcess | undefined
  let idle: NodeJS.Timeout | undefined
  let count = 0
  const waiting = new Map<number, Waiting>()

  const lose = (gone: ChildProcess): void => {
    if (child !== gone) return
    child = undefined
    clearTimeout(idle)
    for (const { reject } of waiting.values()) reject(new Error('the process that works for the keeper ended'))
    waiting.clear()
  }
  const rest = (): void => {
    clearTimeout(idle)
    if (waiting.size === 0) idle = setTimeout(() => child?.disconnect(), patience).unref()
  }
  const open = (): ChildProcess => {
    if (child?.connected === true) return child
    const { fork } = require('node:child_process') as typeof import('node:child_process')
    const opened = fork(join(__dirname, 'hand.entry.js'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    opened.on('message', ({ id, result }: { id: number; result: never }) => {
      waiting.get(id)?.resolve(result)
      waiting.delete(id)
      rest()
    })
    opened.on('error', () => lose(opened))
    opened.on('disconnect', () => lose(opened))
    opened.on('exit', () => lose(opened))
    child = opened
    return opened
  }
  return {
    run: (job) =>
      new Promise((resolve, reject) => {
        clearTimeout(idle)
        count += 1
        const opened = open()
        waiting.set(count, { resolve, reject })
        opened.send({ id: count, job }, (error) => error && lose(opened))
      }),
    warm: () => {
      open()
      rest()
    },
    end: () => child?.disconnect(),
  }
}
