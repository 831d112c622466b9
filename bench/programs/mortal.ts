// Says when its first line ran, and which process it is, as a line of a file; then stays, or fails at once, and says before what it used of
// the processor, in microseconds.
import { appendFileSync } from 'node:fs'

const [path = '', what = 'stay'] = process.argv.slice(2)
const born = process.hrtime.bigint()
const { user, system } = process.cpuUsage()
appendFileSync(path, `${process.pid} ${born} ${user + system}\n`)
if (what === 'fail') process.exit(1)
setInterval(() => {}, 1e6)
