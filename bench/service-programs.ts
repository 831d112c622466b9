import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { program, type Times, time } from './measure.ts'
import { judge, report } from './report.ts'

const node = process.execPath
const cli = [node, fileURLToPath(new URL('../../dist/cli/main.entry.cjs', import.meta.url))]
const module = program('echo-service')

/** A program with its environment, and what is done before it, on nobody's clock. */
interface Contender {
  command: string[]
  env?: Record<string, string>
  before?: () => Promise<unknown>
}

/** Where programs are written, and where their services live. */
export interface Places {
  folder: string
  warm: string
  cold: string
}

/** Whole programs that make one call: beside the bare start of Node, the barest client, and core_d. */
export async function measurePrograms(places: Places, coreD: string | undefined, rounds: number): Promise<void> {
  const contenders = { ...ours(places), ...(coreD === undefined ? {} : await theirs(places.folder, coreD)) }
  const medians = await runInTurn('Whole programs', contenders, rounds)
  const ratio = (name: string, base: string): number => (medians.get(name) ?? 0) / (medians.get(base) ?? 1)
  const [plain, asModule] = ['a client, one warm call', 'a client as a module, one warm call']
  judge('one warm call, of node -e 0', ratio(plain, 'node -e 0'), 1.25)
  judge('one warm call, of the barest client', ratio(plain, 'the barest client'), 1.25)
  judge('as a module, of an empty module', ratio(asModule, 'an empty module'), 1.25)
  judge('a cold start, of node -e 0', ratio('a client, cold start', 'node -e 0'), 2.6)
  if (coreD !== undefined) judge('one warm call, of core_d', ratio(plain, 'core_d 6.1.1, one warm call'), 1)
}

/** The example that formats with prettier: with its daemon, and without. */
export async function measureExample({ folder, warm }: Places, rounds: number): Promise<void> {
  const [client, text] = [exampleClient(folder), write(folder, 'text.ts', 'const a  =  {b:1}\n')]
  const medians = await runInTurn(
    'The example that formats a file with prettier',
    {
      'without the daemon': {
        command: [node, client, text],
        env: { DAEMONIC_HOME: warm, DAEMONIC_IN_PROCESS: '1' },
      },
      'with the daemon': { command: [node, client, text], env: { DAEMONIC_HOME: warm } },
    },
    rounds,
  )
  judge('with the daemon', (medians.get('with the daemon') ?? 0) / (medians.get('without the daemon') ?? 1), 1)
}

/** The example as it was compiled: its path to the service is that of the source. */
function exampleClient(folder: string): string {
  const compiled = new URL('../examples/format/', import.meta.url)
  const text = readFileSync(new URL('format.js', compiled), 'utf8')
  const service = JSON.stringify(new URL('formatter.js', compiled).href)
  return write(folder, 'format.mjs', text.replace("'./formatter.ts'", service))
}

/** Our programs, and those that do nothing or next to nothing. */
function ours({ folder, warm, cold }: Places): Record<string, Contender> {
  link(folder, 'daemonic', fileURLToPath(new URL('../..', import.meta.url)))
  const path = write(folder, 'client.cjs', clientText())
  const instance = `bench-1.0.0-node${process.versions.node.split('.', 1)[0]}`
  const bare = write(folder, 'bare.cjs', bareText(join(warm, instance, 'sock')))
  const [env, coldEnv] = [{ DAEMONIC_HOME: warm }, { DAEMONIC_HOME: cold }]
  // The first round, which does not count, starts the service: so the barest client comes behind ours.
  return {
    'node -e 0': { command: [node, '-e', '0'] },
    'an empty module': { command: [node, program('empty')] },
    'a client, one warm call': { command: [node, path], env },
    'a client as a module, one warm call': { command: [node, program('echo-client')], env },
    'the barest client': { command: [node, bare], env },
    'a client, cold start': {
      command: [node, path],
      env: coldEnv,
      before: () => time([...cli, 'stop', '--all'], coldEnv),
    },
  }
}

/** A client in CommonJS, as a tool has it. */
function clientText(): string {
  const options = `{ name: 'bench', version: '1.0.0', module: ${JSON.stringify(module)} }`
  return `require('daemonic/client').connect(${options}).then((client) => client.echo('text'))`
}

/** One write, one read: a frame that a service answers. */
function bareText(path: string): string {
  const hello = JSON.stringify({ daemonic: 1, wants: 'facts', key: '', version: '' })
  return `const body = Buffer.from(${JSON.stringify(hello)})
const length = Buffer.alloc(4)
length.writeUInt32LE(body.length)
const socket = require('net').connect(${JSON.stringify(path)})
socket.write(Buffer.concat([length, body]))
socket.once('data', () => socket.destroy())`
}

/** core_d with a service that answers at once. Its daemon is started here; who ends it is `stopCoreD`. */
async function theirs(folder: string, coreD: string): Promise<Record<string, Contender>> {
  link(folder, 'core_d', coreD)
  write(folder, 'work.cjs', "exports.invoke = (cwd, args, text, time, done) => (done ?? time)(null, 'text')")
  const command = [node, write(folder, 'core.cjs', `${coreDText(folder)}.invoke(['text'])`)]
  // Its first client starts the daemon, and may fail when it comes upon it half started.
  for (let left = 20; left > 0; left -= 1) {
    try {
      await time(command, { HOME: folder })
      break
    } catch (error) {
      if (left === 1) throw error
      await sleep(500)
    }
  }
  return { 'core_d 6.1.1, one warm call': { command, env: { HOME: folder } } }
}

/** Ends the daemon of core_d. */
export async function stopCoreD(folder: string): Promise<void> {
  await time([node, write(folder, 'stop.cjs', `${coreDText(folder)}.stop()`)], { HOME: folder })
}

/** core_d, told what it is to run. */
function coreDText(folder: string): string {
  const settings = { CORE_D_TITLE: 'bench', CORE_D_DOTFILE: '.bench_d', CORE_D_SERVICE: join(folder, 'work.cjs') }
  return `Object.assign(process.env, ${JSON.stringify(settings)}); require('core_d')`
}

/** Runs programs in turn, prints their times, and gives the medians. The first round does not count. */
async function runInTurn(
  title: string,
  contenders: Record<string, Contender>,
  rounds: number,
): Promise<Map<string, number>> {
  const results = new Map(Object.keys(contenders).map((name) => [name, [] as Times[]]))
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, { command, env, before }] of Object.entries(contenders)) {
      await before?.()
      const { milliseconds } = await time(command, env)
      if (round >= 0) results.get(name)?.push({ toReturn: milliseconds, toFirstLine: undefined })
      await sleep(20)
    }
  }
  return report(title, results, ({ toReturn }) => toReturn)
}

/** Writes a program into the folder of this run. */
function write(folder: string, name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

/** Has programs of the folder find a package by its name. */
function link(folder: string, name: string, target: string): void {
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  symlinkSync(target, join(folder, 'node_modules', name))
}
