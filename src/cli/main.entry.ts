#!/usr/bin/env node
import { readFileSync } from 'node:fs'

// The version is told without loading the rest: it is asked for by scripts, and each file costs half a millisecond.
const words = process.argv.slice(2)
if (words[0] === '--version' || words[0] === '-v') {
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    process.exitCode = code === 'EPIPE' ? 0 : 11
  })
  process.stdout.write(`${JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')).version}\n`)
} else {
  const { main } = await import('./main.ts')
  process.exitCode = await main(words)
}
