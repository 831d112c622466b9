import { auditProcess } from '../../audit/audit-process.ts'
import type { Given } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { styleOf } from '../paint.ts'
import { usage } from '../parse.ts'
import { print } from '../print.ts'
import { renderAudit } from '../render-audit.ts'

/** `daemonic audit`: checks a process, and prints what was seen. */
export async function runAudit(given: Given): Promise<number> {
  const result = auditProcess(readPid(given))
  await print(given.has('json') ? JSON.stringify(result, null, 2) : renderAudit(result, styleOf(process.stdout)))
  return result.ok ? exitCodes.ok : exitCodes.no
}

/** Reads which process is meant. */
function readPid(given: Given): number {
  const [word, ...rest] = given.has('self') ? [String(process.pid), ...given.words] : given.words
  if (word === undefined) throw usage(given.command, 'audit needs a PID, or --self')
  if (rest.length > 0) throw usage(given.command, 'audit takes one PID, or --self')
  if (/^[1-9]\d{0,9}$/.test(word)) return Number(word)
  throw usage(given.command, `Expected PID to be a whole number above 0, got '${word}'`)
}
