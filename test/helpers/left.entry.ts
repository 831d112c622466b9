// Fails when a process is left that has the given text in its environment, names it, and ends it by its pid.
import { findMarked, kill, readProc } from './processes.ts'

const left = findMarked(process.argv[2] ?? '').filter((pid) => pid !== process.pid)
for (const pid of left) {
  console.error(`left by the tests: process ${pid}: ${readProc(pid, 'cmdline').replaceAll('\0', ' ')}`)
  kill(pid)
}
console.log(`${left.length} processes left by the tests`)
process.exitCode = left.length === 0 ? 0 : 1
