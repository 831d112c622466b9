// `npm run bench`: how long a start takes, as ratios to what others do, measured in turn in one run. `--quick`: few rounds,
// to see that it works; its figures mean nothing.
import { spawnSync } from 'node:child_process'
import { type Contenders, measure, program } from './measure.ts'
import { judge, report } from './report.ts'

const rounds = process.argv.includes('--quick') ? 3 : 40
const node = process.execPath

const starts: Contenders = {
  'daemonize-process 4.1.1': [node, program('daemonize-process')],
  'spawn, program imports daemonic': [node, program('spawn-importing')],
  'spawn, program imports nothing': [node, program('spawn')],
  'createDaemon()': [node, program('daemonic')],
  'createDaemon(), logs and pid file': [node, program('daemonic-locked')],
}
const started = await measure(starts, rounds, true)
console.log(
  `Node ${process.version}, ${rounds} rounds, medians; in brackets the middle half; last the ratio to the first row`,
)
const first = report('Launch to the first line of user code in the daemon', started, ({ toFirstLine }) => toFirstLine)
for (const other of Object.keys(starts).slice(0, 3)) {
  for (const ours of ['createDaemon()', 'createDaemon(), logs and pid file']) {
    judge(`${ours} to ${other}`, (first.get(ours) ?? 0) / (first.get(other) ?? 1), 1.05)
  }
}
report(
  'Launch to return (the others return before anything has started, ours when it is ready)',
  started,
  ({ toReturn }) => toReturn,
)

const imports = await measure(
  { 'an empty module': [node, program('empty')], "import 'daemonic'": [node, program('import')] },
  rounds,
  false,
)
const imported = report('Importing', imports, ({ toReturn }) => toReturn)
judge('cost of the import', (imported.get("import 'daemonic'") ?? 0) - (imported.get('an empty module') ?? 0), 4, ' ms')

const most = ['1048576', hardLimit()].find((limit) => spawnSync('/bin/sh', ['-c', `ulimit -n ${limit}`]).status === 0)
const limited = (limit: string): string[] => [
  '/bin/sh',
  '-c',
  `ulimit -n ${limit}; exec "$@"`,
  'sh',
  node,
  program('daemonic'),
]
const limits = await measure(
  { 'with 256 open files allowed': limited('256'), [`with ${most}`]: limited(most ?? '') },
  rounds,
  true,
)
report('A limit of many open files (the highest that this machine grants)', limits, ({ toReturn }) => toReturn)

/** The hard limit of open files. */
function hardLimit(): string {
  return spawnSync('/bin/sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout.trim()
}
