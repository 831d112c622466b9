import { createDaemon } from 'daemonic'
import { firstLine } from './first-line.ts'

await createDaemon()
firstLine()
