import { spawn } from 'node:child_process'
import 'daemonic'
import { firstLine } from './first-line.ts'

if (process.argv[3] !== 'child') {
  const args = [process.argv[1] ?? '', process.argv[2] ?? '', 'child']
  spawn(process.execPath, args, { detached: true, stdio: 'ignore' }).unref()
  process.exit(0)
}
firstLine()
