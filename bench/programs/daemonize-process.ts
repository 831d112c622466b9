import { daemonizeProcess } from 'daemonize-process'
import { firstLine } from './first-line.ts'

daemonizeProcess()
firstLine()
