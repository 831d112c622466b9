// `npm test`: all tests, with this Node and with the newest one, which does a quarter of what is done at random; then the check that nothing is left of them.
// `npm test -- NAME...`: the test files whose paths hold a name, with this Node alone.
import { ensureTestsBuilt, root } from './ensure.mjs'

ensureTestsBuilt()

const { spawnSync } = await import('node:child_process')
const { randomUUID } = await import('node:crypto')
const { mkdtempSync, readdirSync, readFileSync, rmSync } = await import('node:fs')
const { tmpdir } = await import('node:os')
const { join } = await import('node:path')
const { newestNode } = await import('./newest-node.mjs')

const names = process.argv.slice(2)
const files = readdirSync(join(root, 'build', 'test'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.test.js') && (names.length === 0 || names.some((name) => file.includes(name))))
  .map((file) => join('build', 'test', file))
  .sort()

if (files.length === 0) {
  console.error(`There is no test file whose path holds ${names.join(' or ')}`)
  process.exit(2)
}

const folder = mkdtempSync(join(tmpdir(), 'daemonic-results-'))
const results = [process.execPath, ...(names.length === 0 ? newestNode() : [])].map((node, index) =>
  testWith(node, index > 0),
)
rmSync(folder, { recursive: true })
for (const result of results) tell(result)
process.exitCode = results.every(({ passes }) => passes) ? 0 : 1

/** Runs all tests with one Node, and checks that none of their processes is left. */
function testWith(node, isAgain) {
  const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()
  const run = randomUUID()
  console.log(`\nNode ${version}, ${files.length} files of tests\n`)
  // With it each of some thousand Nodes would read all certificates of the system, and no test needs one.
  const { NODE_EXTRA_CA_CERTS: _, ...inherited } = process.env
  const env = { ...inherited, DAEMONIC_TEST_RUN: run, ...(isAgain ? { DAEMONIC_TEST_AGAIN: '1' } : {}) }
  const failures = join(folder, `${version}.jsonl`)
  const reporters = [
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...[`--test-reporter=${join(root, 'scripts', 'failures.mjs')}`, `--test-reporter-destination=${failures}`],
  ]
  const flags = ['--test', '--test-concurrency=2', ...reporters]
  const { status } = spawnSync(node, [...flags, ...files], { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] })
  const left = spawnSync(node, [join(root, 'build', 'test', 'helpers', 'left.entry.js'), `DAEMONIC_TEST_RUN=${run}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const failed = readFileSync(failures, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line))
  return { version, failed, isClean: left.status === 0, passes: status === 0 && left.status === 0, status }
}

/** Tells at the end of all how it came out with one Node. */
function tell({ version, failed, isClean, passes, status }) {
  const left = isClean ? '' : ', and processes were left'
  console.log(`\nNode ${version}: ${passes ? 'all pass' : `${failed.length} failed (exit code ${status})${left}`}`)
  for (const { name, file, lines } of failed) console.log(`\n✖ ${name}\n  ${file}\n    ${lines.join('\n    ')}`)
}
