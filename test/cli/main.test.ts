import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { projectFile, type Ran, run } from '../helpers/run.ts'
import { makeScope, type Scope } from '../helpers/scope.ts'

const cli = projectFile('dist/cli/main.entry.cjs')
const color = /\[\d+m/
const daemonic = (scope: Scope, ...words: string[]): Promise<Ran> => run(scope, [process.execPath, cli, ...words])

test('--version is that of the package', async (t) => {
  const { version } = JSON.parse(readFileSync(projectFile('package.json'), 'utf8')) as { version: string }
  assert.deepEqual(await daemonic(makeScope(t), '--version'), {
    code: 0,
    signal: null,
    stdout: `${version}\n`,
    stderr: '',
  })
})

test('help goes to standard output, and lists the commands', async (t) => {
  for (const word of ['--help', '-h', 'help']) {
    const ran = await daemonic(makeScope(t), word)
    assert.equal(ran.code, 0)
    assert.match(ran.stdout, /^Usage: daemonic COMMAND[\s\S]*\n {2}audit {7}Check/)
    assert.equal(ran.stderr, '')
  }
  const audit = await daemonic(makeScope(t), 'audit', '--help')
  assert.equal(audit.code, 0)
  assert.match(audit.stdout, /^Usage: daemonic audit PID \[--json\]\n {7}daemonic audit --self/)
})

test('a wrong command line is one sentence, and exit code 2', async (t) => {
  for (const [words, expected] of [
    [[], /^Usage: daemonic COMMAND/],
    [['nonsense'], /^daemonic: There is no command 'nonsense'; see daemonic --help\n$/],
    [['lsit'], /^daemonic: There is no command 'lsit'. Did you mean 'list'\? See daemonic --help\n$/],
    [['--jsno'], /^daemonic: There is no option '--jsno'; see daemonic --help\n$/],
    [['constructor'], /^daemonic: There is no command 'constructor'; see daemonic --help\n$/],
    [['audit'], /^daemonic: audit needs a PID, or --self; see daemonic audit --help\n$/],
    [['audit', '1', '2'], /^daemonic: audit takes one PID, or --self; see daemonic audit --help\n$/],
    [['audit', '--self', '1'], /^daemonic: audit takes one PID, or --self; see daemonic audit --help\n$/],
    [
      ['audit', 'sshd'],
      /^daemonic: Expected PID to be a whole number above 0, got 'sshd'; see daemonic audit --help\n$/,
    ],
    [['audit', '-1'], /^daemonic: There is no option '-1'; see daemonic audit --help\n$/],
    [
      ['audit', '--jason', '1'],
      /^daemonic: There is no option '--jason'. Did you mean '--json'\? See daemonic audit --help\n$/,
    ],
  ] as const) {
    const ran = await daemonic(makeScope(t), ...words)
    assert.equal(ran.code, 2, words.join(' '))
    assert.equal(ran.stdout, '')
    assert.match(ran.stderr, expected)
  }
})

test('colours on a terminal alone, and not with NO_COLOR', async (t) => {
  const scope = makeScope(t)
  const command = `${process.execPath} ${cli} audit --self`
  const env = { ...scope.env, TERM: 'xterm' }
  assert.match((await run(scope, ['script', '-qec', command, '/dev/null'], { env })).stdout, color)
  const plain = await run(scope, ['script', '-qec', command, '/dev/null'], { env: { ...env, NO_COLOR: '1' } })
  assert.doesNotMatch(plain.stdout, color)
  assert.doesNotMatch((await daemonic(scope, 'audit', '--self')).stdout, color)
})

test('a reader that leaves early is no error', async (t) => {
  const scope = makeScope(t)
  const ran = await run(scope, [
    '/bin/bash',
    '-c',
    `${process.execPath} ${cli} audit --self | head -n 1; echo "\${PIPESTATUS[0]}"`,
  ])
  assert.match(ran.stdout, /^Process \d+: [^\n]*\n1\n$/)
  assert.equal(ran.stderr, '')
})

test('on a narrow terminal no line is longer than it, and each item still says why it matters', async (t) => {
  const scope = makeScope(t)
  const script = `stty columns 60; ${process.execPath} ${cli} audit --self`
  const { stdout } = await run(scope, ['script', '-qec', script, '/dev/null'], { env: { ...scope.env, NO_COLOR: '1' } })
  const lines = stdout.trimEnd().split('\r\n')
  assert.equal(lines.length, 38, stdout)
  assert.ok(lines.filter((line) => /^ {2}(?:ok |NOT) {2}/.test(line)).every((line) => line.length <= 60))
})
