// `npm run check`: lint and format, dead code, types, and the package as it would be published.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureTestsBuilt, run, tool } from './ensure.mjs'

ensureTestsBuilt()

const folder = mkdtempSync(join(tmpdir(), 'daemonic-check-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

step('lint and format', 'biome', 'ci')
step('dead code', 'knip')
step('types of the examples', 'tsc', '--project', 'tsconfig.examples.json')
step('types of experimental decorators', 'tsc', '--project', 'test/fixtures/experimental')

console.log('\n# the packed package')
run('npm', ['pack', '--silent', '--pack-destination', folder])
const tarball = join(folder, readdirSync(folder)[0])
step('publint', 'publint', 'run', '--strict', tarball)
step('types of the package', 'attw', tarball, '--profile', 'esm-only')

/** Runs one check; when it fails, so does this script. */
function step(name, command, ...args) {
  console.log(`\n# ${name}`)
  run(process.execPath, [tool(command), ...args])
}
