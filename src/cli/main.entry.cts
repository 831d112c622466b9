#!/usr/bin/env node
// CommonJS, because Node takes a third longer to start with a module. The version is told without loading anything else.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const words = process.argv.slice(2)
if (words[0] === '--version' || words[0] === '-v') {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    process.exitCode = code === 'EPIPE' ? 0 : 11
  })
  process.stdout.write(`${JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')).version}\n`)
} else {
  import('./main.ts').then(async ({ main }) => {
    process.exitCode = await main(words)
  })
}
