// Logs as fast as it can for so many milliseconds, and then says at what rate, in lines per second, in a file.
import { renameSync, writeFileSync, writeSync } from 'node:fs'

const [milliseconds = '1000', result = ''] = process.argv.slice(2)
const line = `${'a line of a log that is as long as most lines of logs are: '.padEnd(99, 'x')}\n`
const deadline = performance.now() + Number(milliseconds)
let count = 0
while (performance.now() < deadline) {
  for (let index = 0; index < 100; index += 1) writeSync(1, line)
  count += 100
}
writeFileSync(`${result}.new`, String((count / Number(milliseconds)) * 1000))
renameSync(`${result}.new`, result)
