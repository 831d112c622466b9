// The command line, as ratios to the bare start of Node, and beside pm2 with the same program, in turn in one run.
// Arguments: `--quick` for few rounds, whose figures mean nothing; the path of pm2, to be left out without one.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Times, time } from './measure.ts'
import { judge, report } from './report.ts'

const rounds = process.argv.includes('--quick') ? 2 : 25
const pm2 = process.argv.slice(2).find((word) => !word.startsWith('--'))
const node = process.execPath
const cli = [node, fileURLToPath(new URL('../../dist/cli/main.entry.cjs', import.meta.url))]

const folder = mkdtempSync(join(tmpdir(), 'daemonic-bench-'))
const ten = { DAEMONIC_HOME: join(folder, 'ten') }
const thousand = { DAEMONIC_HOME: join(folder, 'thousand') }
const fresh = { DAEMONIC_HOME: join(folder, 'fresh') }
const theirs = { PM2_HOME: join(folder, 'pm2') }
const program = join(folder, 'program.cjs')

/** A command with its environment; `round` makes names that are new in each round. */
type Contender = (round: number) => { command: string[]; env?: Record<string, string> }

const contenders: Record<string, Contender> = {
  'node -e 0': () => ({ command: [node, '-e', '0'] }),
  'daemonic --version': () => ({ command: [...cli, '--version'] }),
  'daemonic list, 10 daemons': () => ({ command: [...cli, 'list'], env: ten }),
  'daemonic list, 1,000 records': () => ({ command: [...cli, 'list'], env: thousand }),
  'daemonic start, a command': (round) => ({
    command: [...cli, 'start', '--name', `c${round}`, 'sleep', '1000'],
    env: fresh,
  }),
  'daemonic start, a module': (round) => ({ command: [...cli, 'start', '--name', `m${round}`, program], env: fresh }),
}
if (pm2 !== undefined) {
  Object.assign(contenders, {
    'pm2 start': (round: number) => ({ command: [node, pm2, 'start', program, '--name', `p${round}`], env: theirs }),
    'pm2 jlist': () => ({ command: [node, pm2, 'jlist'], env: theirs }),
  })
}

/** Makes a home of 10 daemons that run, and one of 1,000 that ran once. */
async function prepare(): Promise<void> {
  writeFileSync(program, 'setInterval(() => {}, 1e6)')
  for (let index = 0; index < 10; index += 1) {
    await time([...cli, 'start', '--name', `d${index}`, 'sleep', '1000'], ten)
  }
  await time([...cli, 'start', '--name', 'd0', 'true'], thousand)
  await time([...cli, 'stop', 'd0'], thousand)
  mkdirSync(thousand.DAEMONIC_HOME, { recursive: true })
  for (let index = 1; index < 1000; index += 1) {
    const copy = join(thousand.DAEMONIC_HOME, `d${index}`)
    cpSync(join(thousand.DAEMONIC_HOME, 'd0'), copy, { recursive: true })
    const page = readFileSync(join(copy, 'state.json'), 'utf8')
    // A record tells which folder it is of; one that was only copied counts as damaged.
    writeFileSync(join(copy, 'state.json'), page.replace('/d0#', `/d${index}#`))
  }
  // Their God process is started by the first command; that is not measured.
  if (pm2 !== undefined) await time([node, pm2, 'jlist'], theirs)
}

/** Ends all that was started. */
async function clear(): Promise<void> {
  for (const env of [ten, fresh]) await time([...cli, 'stop', '--all'], env).catch(() => {})
  if (pm2 !== undefined) await time([node, pm2, 'kill'], theirs).catch(() => {})
  rmSync(folder, { recursive: true, force: true })
}

try {
  await prepare()
  const results = new Map(Object.keys(contenders).map((name) => [name, [] as Times[]]))
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, contender] of Object.entries(contenders)) {
      const { command, env } = contender(round)
      const { milliseconds } = await time(command, env)
      if (round >= 0) results.get(name)?.push({ toReturn: milliseconds, toFirstLine: undefined })
      await sleep(20)
    }
    // Nobody measures a machine that is full of daemons.
    await time([...cli, 'stop', '--all'], fresh)
    if (pm2 !== undefined) await time([node, pm2, 'delete', 'all'], theirs)
  }
  const medians = report('The command line', results, ({ toReturn }) => toReturn)
  const ratio = (name: string): number => (medians.get(name) ?? 0) / (medians.get('node -e 0') ?? 1)
  judge('--version', ratio('daemonic --version'), 1.15)
  judge('list, 10 daemons', ratio('daemonic list, 10 daemons'), 1.4)
  judge('list, 1,000 records', ratio('daemonic list, 1,000 records'), 3)
  judge('start, a command', ratio('daemonic start, a command'), 2.6)
  if (pm2 !== undefined) {
    judge('start, of pm2 start', ratio('daemonic start, a module') / ratio('pm2 start'), 1)
    judge('list, of pm2 jlist', ratio('daemonic list, 10 daemons') / ratio('pm2 jlist'), 1)
  }
} finally {
  await clear()
}
