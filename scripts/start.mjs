// `npm start`: a daemon is born, checked and buried before your eyes.
import { ensureBuilt, root } from './ensure.mjs'

ensureBuilt()

const { execFileSync, spawnSync } = await import('node:child_process')
const { existsSync, mkdtempSync, readFileSync, rmSync } = await import('node:fs')
const { tmpdir } = await import('node:os')
const { basename, join } = await import('node:path')
const { setTimeout: sleep } = await import('node:timers/promises')
const { typescriptFlags } = await import('./typescript.mjs')

const folder = mkdtempSync(join(tmpdir(), 'daemonic-tour-'))
const program = join(root, 'examples', 'seed-b.ts')
const cli = join(root, 'dist', 'cli', 'main.entry.cjs')
const env = { ...process.env, DAEMONIC_HOME: join(folder, 'home') }
const isTerminal = process.stdout.isTTY && !process.env.NO_COLOR
const bold = (text) => (isTerminal ? `\u001b[1m${text}\u001b[0m` : text)
const say = (text) => console.log(`\n${bold(text)}\n`)

try {
  say('1. The program: examples/seed-b.ts')
  console.log(indent(readFileSync(program, 'utf8')))

  say('2. Born. The launcher returns when the daemon is ready, prints nothing, and exits with 0.')
  const begin = performance.now()
  execFileSync(process.execPath, [...typescriptFlags, program], { cwd: folder, stdio: 'inherit' })
  const pid = Number(readFileSync(join(folder, 'b.pid'), 'utf8'))
  console.log(`  It returned after ${Math.round(performance.now() - begin)} ms. The daemon is process ${pid}.`)

  say(`3. Checked from outside, by /proc: daemonic audit ${pid}`)
  spawnSync(process.execPath, [cli, 'audit', String(pid)], { stdio: 'inherit' })

  say('4. A second start, while it runs: the launcher says why not, and exits with 1.')
  const second = spawnSync(process.execPath, [...typescriptFlags, program], { cwd: folder, encoding: 'utf8' })
  console.log(`  exit code ${second.status}: ${second.stderr.match(/^AlreadyRunningError.*/m)?.[0]}`)

  say('5. Its log, for 3 seconds. ("fim" would come after 10.)')
  await follow(join(folder, 'log_b.txt'), 3000)

  say(`6. Buried: kill -TERM ${pid}`)
  process.kill(pid, 'SIGTERM')
  while (isAlive(pid)) await sleep(10)
  const again = spawnSync(process.execPath, [...typescriptFlags, program], { cwd: folder, encoding: 'utf8' })
  console.log(
    `  It is gone. Its pid file ${existsSync(join(folder, 'b.pid')) ? 'is' : 'is not'} there, but nobody holds its lock:`,
  )
  const next = Number(readFileSync(join(folder, 'b.pid'), 'utf8'))
  console.log(
    `  the next start has exit code ${again.status}, and process ${next} is born. (And ended: the tour is over.)`,
  )
  process.kill(next, 'SIGTERM')
  while (isAlive(next)) await sleep(10)

  say('7. Any program, by name: daemonic start --ready port:PORT hello.ts, list, logs, stop')
  const port = String(await freePort())
  const hello = join(root, 'examples', 'hello.ts')
  for (const words of [
    ['start', '--ready', `port:${port}`, hello, port],
    ['list'],
    ['logs', 'hello'],
    ['stop', 'hello'],
  ]) {
    show(words)
  }

  say('8. A service: the first call starts it, the next ones find it, and it ends when nobody calls any more.')
  const greeter = join(root, 'examples', 'greet.ts')
  for (const name of ['Ada', 'Grace']) {
    const before = performance.now()
    const { stdout, stderr } = spawnSync(process.execPath, [...typescriptFlags, greeter, name], {
      env,
      encoding: 'utf8',
    })
    console.log(`  $ node greet.ts ${name}     (${Math.round(performance.now() - before)} ms)`)
    console.log(indent(stdout + stderr))
  }
  for (const words of [
    ['call', 'greeter', 'greet', '"you"'],
    ['stop', 'greeter'],
  ]) {
    show(words)
  }

  say('9. Kept: what is killed is started again, the keeper that sees to it as well, and what is stopped stays so.')
  show(['start', '--keep', hello, String(await freePort())])
  const first = pidOf('hello')
  console.log(`  $ kill -9 ${first}`)
  process.kill(first, 'SIGKILL')
  while (pidOf('hello') === null || pidOf('hello') === first) await sleep(20)
  const keeper = pidOf('daemonic-keeper')
  console.log(`  $ kill -9 ${keeper}     (the keeper)`)
  process.kill(keeper, 'SIGKILL')
  while (pidOf('daemonic-keeper') === null || pidOf('daemonic-keeper') === keeper) await sleep(20)
  for (const words of [['list'], ['stop', 'hello'], ['stop', 'daemonic-keeper']]) show(words)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** Runs a command of daemonic, and shows it with what it says. */
function show(words) {
  const { stdout, stderr } = spawnSync(process.execPath, [cli, ...words], { env, encoding: 'utf8' })
  console.log(`  $ daemonic ${words.map((word) => (word.startsWith(root) ? basename(word) : word)).join(' ')}`)
  console.log(indent(stdout + stderr))
}

/** The process that a daemon is; null while it is none. */
function pidOf(name) {
  const { stdout } = spawnSync(process.execPath, [cli, 'status', name, '--json'], { env, encoding: 'utf8' })
  return JSON.parse(stdout).pid
}

/** Prints the lines of a file as they come. */
async function follow(path, milliseconds) {
  let shown = 0
  for (const end = performance.now() + milliseconds; performance.now() < end; await sleep(50)) {
    const text = readFileSync(path, 'utf8')
    if (text.length > shown) process.stdout.write(indent(text.slice(shown)))
    shown = text.length
  }
}

/** Is there still such a process? (A zombie that init has not reaped yet is none.) */
function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return process.platform !== 'linux' || !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

/** A port that nobody uses. */
async function freePort() {
  const { createServer } = await import('node:net')
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address()
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Moves a text to the right. */
function indent(text) {
  return text.replace(/^(?=.)/gm, '  ')
}
