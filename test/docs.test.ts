// The documents say what the code says.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { exitCodes, meanings } from '../src/cli/exit-codes.ts'
import { entries } from '../src/cli/index-of-commands.ts'
import { errorCodes } from '../src/errors.ts'
import { completeOptions } from '../src/options/complete.ts'
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

test('every error code, every option and every command is told of', () => {
  const readme = read('README.md')
  for (const code of Object.keys(errorCodes)) assert.ok(readme.includes(`\`${code}\``), code)
  const library = readme + read('docs/named-daemons.md')
  for (const option of Object.keys(completeOptions({}))) assert.ok(library.includes(`\`${option}\``), option)
  const manual = readme + read('docs/command-line.md')
  for (const { name } of entries) assert.ok(new RegExp(`\\b${name}\\b`).test(manual), name)
})
