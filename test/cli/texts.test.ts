// What is made from the one table of commands: help, the page of the manual, and completions.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { skipWithout } from '../helpers/needs.ts'
import { cli, makeHome } from './home.ts'

const commands = [
  'start',
  'stop',
  'restart',
  'reload',
  'status',
  'list',
  'logs',
  'signal',
  'wait',
  'forget',
  'run',
  'audit',
  'completion',
  'help',
]

test('the help of every command fits 80 columns, and says the same by both ways', async (t) => {
  const home = makeHome(t)
  for (const command of commands) {
    const { code, stdout, stderr } = await home.daemonic(command, '--help')
    assert.deepEqual([code, stderr], [0, ''])
    assert.match(stdout, new RegExp(`^Usage: daemonic ${command} `))
    assert.match(stdout, /\n {2}-h, --help +Show this help\.\n/)
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
    assert.equal((await home.daemonic('help', command)).stdout, stdout)
  }
  for (const words of [['help'], ['help', 'exit-codes']]) {
    for (const line of (await home.daemonic(...words)).stdout.split('\n')) assert.ok(line.length <= 80, line)
  }
  assert.match((await home.daemonic('help', 'stat')).stderr, /There is no command 'stat'. Did you mean 'start'\?/)
})

test('the exit codes are listed from 0 to 12', async (t) => {
  const { stdout } = await makeHome(t).daemonic('help', 'exit-codes')
  assert.deepEqual(stdout.match(/^ {2}\d+/gm)?.map(Number), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
})

test('the page of the manual has every command, and man finds nothing wrong', {
  skip: skipWithout('man'),
}, async (t) => {
  const home = makeHome(t)
  const { stdout, stderr } = await home.bash(
    'daemonic help --man >daemonic.1; MANWIDTH=80 man --warnings -l daemonic.1',
  )
  assert.equal(stderr, '')
  for (const command of commands) assert.match(stdout, new RegExp(`daemonic ${command} `))
})

for (const [shell, check] of [
  ['bash', 'bash -n'],
  ['zsh', 'zsh -n'],
  ['fish', 'fish --no-execute'],
] as const) {
  test(`the completion for ${shell} is a script of ${shell}`, { skip: skipWithout(shell) }, async (t) => {
    const { stdout, stderr } = await makeHome(t).bash(`daemonic completion ${shell} >script; ${check} script; echo $?`)
    assert.deepEqual([stdout, stderr], ['0\n', ''])
  })
}

/** What bash offers for a line, by its own programmable completion. */
const offers = (line: string): string => `
COMP_WORDS=(${line}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); COMPREPLY=(); compopt() { :; }; _daemonic; echo "\${COMPREPLY[*]}"`

test('bash completes commands, options, values, names, signals and files', async (t) => {
  const home = makeHome(t)
  for (const name of ['api', 'apple']) await home.daemonic('start', '--name', name, 'sleep', '600')
  const lines = [
    'daemonic sta',
    'daemonic stop ap',
    'daemonic stop --sc',
    "daemonic stop --scope ''",
    'daemonic signal KI',
    'daemonic signal HUP app',
    'daemonic start --name x ./scr',
    'daemonic restart api -- ./scr',
    'daemonic help exi',
    'daemonic start --ready po',
  ]
  const { stdout, stderr } = await home.bash(
    `touch script.mjs; eval "$(daemonic completion bash)"${lines.map(offers).join('')}`,
  )
  assert.deepEqual(stdout.trimEnd().split('\n'), [
    'start status',
    'api apple',
    '--scope',
    'tree group main',
    'KILL',
    'apple',
    './script.mjs',
    './script.mjs',
    'exit-codes',
    'port:',
  ])
  assert.equal(stderr, '')
})

test('fish completes names', { skip: skipWithout('fish') }, async (t) => {
  const home = makeHome(t)
  await home.daemonic('start', '--name', 'api', 'sleep', '600')
  home.program('daemonic', `#!/bin/sh\nexec '${process.execPath}' "$CLI" "$@"\n`)
  const script = `chmod +x daemonic; daemonic completion fish >c.fish; PATH="$PWD:$PATH" fish --no-config -c 'source c.fish; complete -C "daemonic stop a"'`
  assert.match((await home.bash(script, { env: { ...home.env, CLI: cli } })).stdout, /^api$/m)
})
