// The documents say what the code says.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { exitCodes, meanings } from '../src/cli/exit-codes.ts'
import { entries } from '../src/cli/index-of-commands.ts'
import * as errors from '../src/errors.ts'
import * as door from '../src/index.ts'
import { completeOptions } from '../src/options/complete.ts'
import { readConnectOptions } from '../src/service/connect-options.ts'
import { readServeOptions } from '../src/service/serve-options.ts'
import { projectFile } from './helpers/run.ts'

const read = (path: string): string => readFileSync(projectFile(path), 'utf8')

test('the table of exit codes', () => {
  // The formatter pads columns.
  const rows = (read('docs/command-line.md').match(/^\| \d+ +\|.*$/gm) ?? []).map((row) => row.replace(/ +/g, ' '))
  const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[]
  assert.deepEqual(
    rows,
    names.map((name) => `| ${exitCodes[name]} | ${meanings[name]} |`),
  )
})

test('every class of error is told of, and can be had from the door', () => {
  const readme = read('README.md')
  for (const [name, value] of Object.entries(errors)) {
    if (typeof value !== 'function') continue
    assert.ok(readme.includes(`\`${name}\``), name)
    assert.equal((door as Record<string, unknown>)[name], value, name)
  }
})

test('programs that are shown run without a build on every Node that strips types: not all of these know `using`', () => {
  const examples = readdirSync(projectFile('examples'), { recursive: true, encoding: 'utf8' })
  const shown = [...examples.filter((path) => path.endsWith('.ts')).map((path) => `examples/${path}`), 'README.md']
  for (const path of [...shown, 'docs/services.md'])
    assert.doesNotMatch(read(path), /^\s*(?:await )?using \w+ =/m, path)
})

test('every option of services is told of', () => {
  const page = read('docs/services.md')
  const identity = { name: 'a', version: '1' }
  const options = { ...readServeOptions(identity), ...readConnectOptions({ ...identity, module: '/a.mjs' }) }
  for (const option of Object.keys(options)) assert.ok(page.includes(`\`${option}\``), option)
  for (const option of ['inProcess', 'startTimeout', 'handshakeTimeout'])
    assert.ok(page.includes(`\`${option}\``), option)
})

test('every error code, every option and every command is told of', () => {
  const readme = read('README.md')
  for (const code of Object.keys(errors.errorCodes)) assert.ok(readme.includes(`\`${code}\``), code)
  const library = readme + read('docs/named-daemons.md')
  for (const option of Object.keys(completeOptions({}))) assert.ok(library.includes(`\`${option}\``), option)
  const manual = readme + read('docs/command-line.md')
  for (const { name } of entries) assert.ok(new RegExp(`\\b${name}\\b`).test(manual), name)
})
