import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { test } from 'node:test'
import { cli, makeHome, ticker } from './home.ts'

interface Started {
  name: string
  pid: number
  wasRunning: boolean
  warnings: string[]
}

test('start, and start again: the same daemon, and its pid both times', async (t) => {
  const home = makeHome(t)
  const path = home.program('api.mjs', ticker)
  const first = await home.daemonic('start', path)
  assert.match(first.stdout, /^api started \(pid \d+\)\n$/)
  const again = await home.daemonic('start', 'api.mjs')
  assert.equal(again.stdout, first.stdout.replace('started', 'is running already'))
  assert.deepEqual([first.code, first.stderr, again.code, again.stderr], [0, '', 0, ''])
})

test('another spec under the name: exit code 10, the difference, and restart as the remedy', async (t) => {
  const home = makeHome(t)
  home.program('api.mjs', ticker)
  await home.daemonic('start', 'api.mjs')
  const ran = await home.daemonic('start', '--stop-timeout', '3s', 'api.mjs')
  assert.equal(ran.code, 10)
  assert.match(ran.stderr, /^daemonic: api is running \(pid \d+\)/)
  assert.match(ran.stderr, /\n {2}stopTimeout: /)
  assert.match(ran.stderr, /\nTo have it so: daemonic restart api \[OPTION\]\.\.\. -- /)
  const json = await home.daemonic('start', '--json', '--stop-timeout', '3s', 'api.mjs')
  const { error } = JSON.parse(json.stderr)
  assert.deepEqual([json.stdout, error.code, error.daemon], ['', 'SPEC_DIFFERS', 'api'])
  assert.equal(error.differences[0].option, 'stopTimeout')
  const replaced = await home.daemonic('restart', 'api', '--stop-timeout', '3s', '--', 'api.mjs', 'word')
  assert.match(replaced.stdout, /^api restarted \(pid \d+\)\n$/)
  const status = await home.json<{ stop: { timeout: number }; command: string[]; restarts: number }>(
    'status',
    'api',
    '--json',
  )
  assert.deepEqual([status.stop.timeout, status.command.at(-1), status.restarts], [3000, 'word', 1])
})

test('options end at the first word: --help and --json behind it are the program’s', async (t) => {
  const home = makeHome(t)
  home.program(
    'words.mjs',
    `import { writeFileSync } from 'node:fs'
writeFileSync('words', JSON.stringify(process.argv.slice(2))); ${ticker}`,
  )
  const started = await home.json<Started>(
    'start',
    '--json',
    '--name',
    'w',
    'words.mjs',
    '--help',
    '--json',
    '--',
    '-x',
  )
  assert.deepEqual([started.name, started.wasRunning, started.warnings], ['w', false, []])
  assert.deepEqual(JSON.parse(home.read('words')), ['--help', '--json', '--', '-x'])
  assert.match((await home.daemonic('start', '--name', 'dashes', '--', 'sleep', '600')).stdout, /^dashes started/)
})

test('paths are relative to where they are typed, and --env is added to what there is', async (t) => {
  const home = makeHome(t)
  mkdirSync(home.path('elsewhere'))
  home.program('some.env', 'FROM_FILE=file\n')
  home.program(
    'say.mjs',
    `console.log(JSON.stringify([process.cwd(), process.env.A, process.env.B, process.env.FROM_FILE, process.env.HOME, process.umask()])); setInterval(() => {}, 1000)`,
  )
  const options = ['--cwd', 'elsewhere', '--log', 'say.log', '--pid-file', 'say.pid', '--env-file', 'some.env']
  const ran = await home.daemonic('start', ...options, '--env', 'A=1', '--env=B=x=y', 'say.mjs')
  assert.deepEqual([ran.code, ran.stderr], [0, ''])
  const seen = JSON.parse(home.read('say.log'))
  assert.deepEqual(seen, [home.path('elsewhere'), '1', 'x=y', 'file', process.env['HOME'], 0o022])
  assert.match(home.read('say.pid'), /^\d+\n$/)
})

test('every way of being ready is understood', async (t) => {
  const home = makeHome(t)
  for (const [ready, kind] of [
    ['auto', 'auto'],
    ['exec', 'exec'],
    ['log:out \\d', 'log'],
  ] as const) {
    home.program('ready.mjs', ticker)
    const ran = await home.daemonic('start', '--ready', ready, 'ready.mjs')
    assert.equal(ran.code, 0, ran.stderr)
    assert.equal((await home.json<{ ready: { kind: string } }>('status', 'ready', '--json')).ready.kind, kind)
    await home.daemonic('stop', 'ready')
  }
  home.program('fd.sh', '#!/bin/sh\necho >&3\nexec sleep 600\n')
  assert.equal((await home.daemonic('start', '--ready', 'fd:3', '--name', 'fd', 'sh', 'fd.sh')).code, 0)
  const late = await home.daemonic(
    'start',
    '--name',
    'late',
    '--ready',
    'port:localhost:1',
    '--start-timeout',
    '2s',
    'sleep',
    '9',
  )
  assert.equal(late.code, 7)
  assert.match(late.stderr, /^daemonic: late \(pid \d+\) .*2000 ms \(--start-timeout\).*port 1/)
})

test('a wrong command line names the option as it is typed, with exit code 2', async (t) => {
  const home = makeHome(t)
  for (const [words, expected] of [
    [['start'], /start needs a script or a command/],
    [['start', '--nme', 'x', 'sleep'], /There is no option '--nme'. Did you mean '--name'\?/],
    [['start', '--env', 'K', 'sleep'], /Expected --env to be NAME=VALUE, got 'K'/],
    [['start', '--name'], /--name needs a value: NAME/],
    [['start', '--name', '--json', 'sleep'], /--name needs a value: NAME/],
    [['start', '--json=yes', 'sleep'], /--json takes no value/],
    [['start', '--nice', '50', 'sleep', '1'], /Expected --nice to be a whole number from -20 to 19, got 50/],
    [['start', '--nice', 'low', 'sleep', '1'], /Expected --nice to be a whole number/],
    [['start', '--umask', '9', 'sleep', '1'], /Expected --umask to be/],
    [['start', '--start-timeout', '5', 'sleep', '1'], /--start-timeout needs a unit: '5s' for seconds/],
    [['start', '--ready', 'soon', 'sleep', '1'], /Expected --ready to be auto, exec, /],
    [['start', '--ready', 'port:http', 'sleep', '1'], /port:8080/],
    [['start', '--limit', 'core', 'sleep', '1'], /Expected --limit to be NAME=VALUE/],
    [['start', '--limit', 'cores=1', 'sleep', '1'], /--limit/],
    [['start', '--cwd', 'nowhere', 'sleep', '1'], /--cwd: can't work in/],
    [['start', '--log', 'a', '--stdout', 'b', 'sleep', '1'], /--log is for standard output and error/],
    [['start', './.hidden'], /'.hidden' can't be the name of a daemon: give it one with --name/],
    [['restart', 'api', '--nice', '5'], /--nice changes what was declared: give the program too/],
    [['restart', 'a', 'b', '--', 'sleep', '1'], /restart takes one NAME before --/],
  ] as const) {
    const ran = await home.daemonic(...words)
    assert.equal(ran.code, 2, `${words.join(' ')}: ${ran.stderr}`)
    assert.equal(ran.stdout, '')
    assert.match(ran.stderr, expected)
  }
})

test('a failed start: exit code 6, the last output, and the same as JSON', async (t) => {
  const home = makeHome(t)
  home.program('bad.mjs', "console.error('the reason'); throw new Error('no luck')\n")
  const ran = await home.daemonic('start', 'bad.mjs')
  assert.equal(ran.code, 6)
  assert.match(ran.stderr, /^daemonic: bad \(pid \d+\) .*no luck/)
  assert.match(ran.stderr, /the reason/)
  const json = await home.daemonic('start', '--json', 'bad.mjs')
  const { error } = JSON.parse(json.stderr)
  assert.deepEqual(
    [json.code, json.stdout, error.code, error.daemon, error.step],
    [6, '', 'START_FAILED', 'bad', 'module'],
  )
  assert.match(error.output, /the reason/)
  assert.equal((await home.daemonic('start', 'no-such-command-at-all')).code, 6)
  assert.equal((await home.daemonic('start', 'no-such.mjs')).code, 6)
})

test('start in a pipe and in $() returns at once', async (t) => {
  const home = makeHome(t)
  home.program('a.mjs', ticker)
  assert.match(
    (await home.bash('daemonic start a.mjs | cat; x=$(daemonic start --name b sleep 600); echo "$x"')).stdout,
    /^a started.*\nb started/,
  )
})

test('on a terminal, a start that takes long says what it waits for, and clears the line', async (t) => {
  const home = makeHome(t)
  const { stdout } = await home.terminal(
    'daemonic start --name slow --ready port:1 --start-timeout 1500ms sleep 9; echo code $?',
    70,
  )
  assert.match(stdout, /\rWaiting for slow, \d s: [^\r\n]{10,}/)
  assert.ok(
    stdout.split(/[\r\n]/).every((line) => line.replaceAll('\u001b[K', '').length <= 70 || line.includes('daemonic:')),
  )
  assert.match(stdout.replaceAll('\u001b[K', '<clear>'), /\r<clear>daemonic: slow \(pid \d+\) [\s\S]*code 7/)
})

test('a daemon may use the commands: they never hit the caller', async (t) => {
  const home = makeHome(t)
  home.program(
    'boss.mjs',
    `import { execFileSync } from 'node:child_process'
process.on('SIGUSR2', () => console.log(execFileSync(process.execPath, [${JSON.stringify(cli)}, 'restart', 'worker'], { encoding: 'utf8' })))
setInterval(() => {}, 1000)\n`,
  )
  await home.daemonic('start', '--name', 'worker', 'sleep', '600')
  const { pid } = await home.json<Started>('start', '--json', 'boss.mjs')
  assert.equal((await home.daemonic('signal', 'USR2', 'boss')).code, 0)
  const { stdout } = await home.bash(
    'for i in {1..200}; do daemonic logs boss | grep restarted && break; sleep 0.05; done',
  )
  assert.match(stdout, /worker restarted/)
  assert.equal((await home.json<{ pid: number }>('status', 'boss', '--json')).pid, pid)
})
