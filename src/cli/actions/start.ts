import { ensureKept } from '../../keeper/ensure-kept.ts'
import type { Given } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { print, printError } from '../print.ts'
import { showProgress } from '../progress.ts'
import { readStart } from '../read-start.ts'
import { report } from '../report.ts'

/** `daemonic start`. */
export async function runStart(given: Given): Promise<number> {
  return startNamed(given, readStart(given, given.words))
}

/** Sees to it that a daemon runs, and says so. */
export async function startNamed(given: Given, options: ReturnType<typeof readStart>): Promise<number> {
  const progress = showProgress(options.name)
  try {
    const { name, pid, wasRunning, warnings } = await ensureKept(options, progress.onWait)
    progress.end()
    if (given.has('json')) await print(JSON.stringify({ name, pid: pid ?? null, wasRunning, warnings }, null, 2))
    else {
      for (const warning of warnings) await printError(`daemonic: ${name}: ${warning}`)
      await print(`${name} ${wasRunning ? 'is running already' : 'started'} (pid ${pid})`)
    }
    return exitCodes.ok
  } catch (error) {
    progress.end()
    return report(error, given, options.name)
  }
}
