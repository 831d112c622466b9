import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { time } from './measure.ts'

/** The path of pm2's program, when the benchmark was given one. */
const path = process.argv.slice(2).find((word) => !word.startsWith('--'))

/** pm2 in a home of its own. */
export interface Pm2 {
  home: string
  run(...words: string[]): Promise<void>
  /** Its manager, once there is one. */
  pid(): number
  /** Ends all of it. */
  end(): Promise<void>
}

/** Makes it; nothing, when it is to be left out. */
export function makePm2(): Pm2 | undefined {
  if (path === undefined) return undefined
  const home = mkdtempSync(join(tmpdir(), 'daemonic-bench-pm2-'))
  const run = async (...words: string[]): Promise<void> => {
    await time([process.execPath, path, ...words], { PM2_HOME: home })
  }
  return {
    home,
    run,
    pid: () => Number(readFileSync(join(home, 'pm2.pid'), 'utf8')),
    end: async () => {
      await run('kill').catch(() => {})
      rmSync(home, { recursive: true, force: true })
    },
  }
}
