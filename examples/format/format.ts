// A formatter for the command line, `node format.ts FILE...`: prints each file as prettier formats it, or says why it can't.
// prettier takes some time to load: the first run starts a daemon that has it loaded, and each later one is answered by that.
// `DAEMONIC_IN_PROCESS=1 node format.ts FILE...` does without.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { connect } from 'daemonic/client'
import type { Formatter } from './formatter.ts'

const module = new URL('./formatter.ts', import.meta.url)
const formatter = await connect<Formatter>({ name: 'example-formatter', version: '1.0.0', module })

for (const file of process.argv.slice(2)) {
  // The daemon works in another folder: it is given the whole path.
  const path = resolve(file)
  try {
    process.stdout.write(await formatter.format(readFileSync(path, 'utf8'), path))
  } catch (error) {
    console.error(`${file}: ${(error as Error).message}`)
    process.exitCode = 1
  }
}
