import { createDaemon } from 'daemonic'
import { firstLine } from './first-line.ts'

await createDaemon({
  pidFile: `${process.argv[2]}.pid`,
  stdout: `${process.argv[2]}.log`,
  stderr: `${process.argv[2]}.log`,
})
firstLine()
