// Services, as ratios in one run: calls beside bare sockets, and whole client programs beside the bare start of Node, the barest client
// that there can be, and core_d with the same work. Arguments: `--quick` for few rounds, whose figures mean nothing; the path of core_d,
// to be left out without one.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { time } from './measure.ts'
import { measureCalls } from './service-calls.ts'
import { measureIdle, measureLarge } from './service-loads.ts'
import { measureExample, measurePrograms, stopCoreD } from './service-programs.ts'

const isQuick = process.argv.includes('--quick')
const rounds = isQuick ? 2 : 25
const coreD = process.argv.slice(2).find((word) => !word.startsWith('--'))
const cli = fileURLToPath(new URL('../../dist/cli/main.entry.cjs', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'daemonic-bench-'))
const home = (name: string): string => join(folder, name)

/** Ends all that was started. */
async function clear(): Promise<void> {
  for (const name of ['warm', 'cold', 'idle', 'stream', 'argument']) {
    await time([process.execPath, cli, 'stop', '--all'], { DAEMONIC_HOME: home(name) }).catch(() => {})
  }
  if (existsSync(join(folder, '.bench_d'))) await stopCoreD(folder).catch(() => {})
  rmSync(folder, { recursive: true, force: true })
}

try {
  const places = { folder, warm: home('warm'), cold: home('cold') }
  process.env['DAEMONIC_HOME'] = home('warm')
  await measureCalls(folder, isQuick)
  await measureLarge({ stream: home('stream'), argument: home('argument') }, isQuick)
  await measurePrograms(places, coreD, rounds)
  await measureExample(places, rounds)
  process.env['DAEMONIC_HOME'] = home('idle')
  await measureIdle(isQuick)
} finally {
  await clear()
}
