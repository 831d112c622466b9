import { parseArgs } from 'node:util'
import { auditProcess } from '../audit/audit-process.ts'
import { DaemonicError } from '../errors.ts'
import { exitCodes } from './exit-codes.ts'
import type { Command } from './main.ts'
import { hasColors, print } from './print.ts'
import { renderAudit, type Style } from './render-audit.ts'

const help = `Usage: daemonic audit PID [--json]
       daemonic audit --self [--json]

Checks from outside, for any process, each item of daemon(7) that shows in /proc: a line each with ok or NOT, what was
seen, and why it matters.

  --self   check this very process: what daemonic inherits from here, a daemon started here would, too
  --json   print JSON

Exit codes: 0 all hold, 1 some do not, 2 wrong usage, 4 no such process, or not readable by this user.`

/** `daemonic audit`: checks a process, and prints what was seen. */
export const audit: Command = {
  help,
  run: async (words) => {
    const { pid, json } = parse(words)
    const result = auditProcess(pid)
    await print(json ? JSON.stringify(result, null, 2) : renderAudit(result, styleOf(process.stdout)))
    return result.ok ? exitCodes.ok : exitCodes.no
  },
}

/** How a stream is written to: a pipe has all the room there is. */
function styleOf(stream: NodeJS.WriteStream): Style {
  return { colors: hasColors(stream), width: stream.isTTY === true ? stream.columns || 80 : Number.POSITIVE_INFINITY }
}

/** Reads the command line. */
function parse(words: string[]): { pid: number; json: boolean } {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { self: { type: 'boolean' }, json: { type: 'boolean' } },
  })
  const [word, ...rest] = values.self === true ? [String(process.pid), ...positionals] : positionals
  if (word === undefined) throw usage('audit needs a PID, or --self')
  if (rest.length > 0) throw usage('audit takes one PID, or --self')
  if (!/^[1-9]\d{0,9}$/.test(word)) throw usage(`Expected PID to be a whole number above 0, got '${word}'`)
  return { pid: Number(word), json: values.json === true }
}

/** The error for a wrong command line. */
function usage(message: string): DaemonicError {
  return new DaemonicError('INVALID_OPTION', `${message}; see daemonic audit --help`)
}
