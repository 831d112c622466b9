import { type LogLine, type LogOptions, readLogs, readRawLogs } from '../../lifecycle/logs.ts'
import type { Lookup } from '../../lifecycle/look-up.ts'
import { mustLookUp } from '../../lifecycle/must-look-up.ts'
import { logsOf } from '../../lifecycle/status.ts'
import type { Given } from '../command.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Done, forEachName } from '../names.ts'
import { paint } from '../paint.ts'
import { usage } from '../parse.ts'
import { hasColors, print, printError, write } from '../print.ts'
import { report } from '../report.ts'
import { formatSize } from '../units.ts'

/** `daemonic logs`. */
export async function runLogs(given: Given): Promise<number> {
  if (given.words[0] === 'rotate' && given.words.length > 1) return runRotate(given)
  const names = [...new Set(given.words)]
  if (names.length === 0) throw usage(given.command, 'logs needs the NAME of a daemon')
  const options = readOptions(given)
  const codes: number[] = []
  const lookups: Lookup[] = []
  for (const name of names) {
    try {
      lookups.push(mustLookUp(name))
    } catch (error) {
      codes.push(await report(error, given, name))
    }
  }
  await tellOfThoseWithout(lookups, given)
  if (lookups.length > 0) await show(lookups, options, given)
  return Math.max(exitCodes.ok, ...codes)
}

/** Reads the options. */
function readOptions(given: Given): LogOptions {
  if (given.has('raw') && given.has('json')) throw usage(given.command, '--raw and --json exclude each other')
  const lines = given.text('lines') ?? '10'
  if (lines !== 'all' && !/^\d+$/.test(lines))
    throw usage(given.command, `Expected --lines to be a whole number or 'all', got '${lines}'`)
  return {
    // Whoever asks for a time or a pattern wants all of it.
    lines: lines === 'all' || (isSelective(given) && !given.has('lines')) ? undefined : Number(lines),
    follow: given.has('follow'),
    since: readSince(given),
    grep: given.text('grep'),
  }
}

/** Are lines asked for by something else than their number? */
function isSelective(given: Given): boolean {
  return given.has('since') || given.has('grep')
}

/** `daemonic logs rotate`. */
async function runRotate(given: Given): Promise<number> {
  const { rotateLogs } = await import('../../lifecycle/rotate-logs.ts')
  const other = given.options.find(({ name }) => name !== 'json' && given.has(name))
  if (other !== undefined) throw usage(given.command, `logs rotate has no --${other.name}`)
  const rotate = async (lookup: Lookup): Promise<Done> => {
    const logs = await rotateLogs(lookup)
    const text = logs.map(({ path, files, bytes }) =>
      files === 0 ? `${path}: nothing to rotate` : `${path} rotated (${formatSize(bytes)})`,
    )
    return { text: text.join('\n'), data: { name: lookup.name, logs } }
  }
  return forEachName(given, rotate, [...new Set(given.words.slice(1))])
}

/** Reads since when: how long ago, or a date. */
function readSince(given: Given): LogOptions['since'] {
  const text = given.text('since')
  if (text === undefined || /^\d+(?:\.\d+)?\s*(?:ms|s|m|h|d)$/.test(text)) return text
  const date = new Date(text)
  if (!/^\d+$/.test(text) && !Number.isNaN(date.getTime())) return date
  throw usage(
    given.command,
    `Expected --since to be a time such as 10m, or a date such as 2026-05-01T12:00, got '${text}'`,
  )
}

/** Says of which daemon there is no log to show. */
async function tellOfThoseWithout(lookups: readonly Lookup[], given: Given): Promise<void> {
  if (given.has('json')) return
  for (const lookup of lookups.filter((one) => logsOf(one).length === 0)) {
    await printError(`daemonic: ${lookup.name} has no log: its output goes to /dev/null`)
  }
}

/** Shows lines, until there are no more or nobody reads. */
async function show(lookups: readonly Lookup[], options: LogOptions, given: Given): Promise<void> {
  if (given.has('raw')) {
    for await (const bytes of readRawLogs(lookups, options)) if (!(await write(bytes))) return
    return
  }
  const prefix = makePrefix(lookups)
  for await (const line of readLogs(lookups, options)) {
    const { name, stream, line: text } = line
    if (!(await print(given.has('json') ? JSON.stringify({ name, stream, line: text }) : `${prefix(line)}${text}`)))
      return
  }
}

/** Makes what says where a line comes from; nothing when there is only one place. */
function makePrefix(lookups: readonly Lookup[]): (line: LogLine) => string {
  const colors = hasColors(process.stdout)
  const names = lookups.map(({ name }) => name)
  const width = Math.max(...names.map(({ length }) => length))
  const isSplit = lookups.some((lookup) => logsOf(lookup).some(({ stream }) => stream !== 'stdout and stderr'))
  if (names.length === 1 && !isSplit) return () => ''
  return ({ name, stream }) => {
    const parts = [
      ...(names.length > 1 ? [name.padEnd(width)] : []),
      ...(isSplit ? [stream === 'stdout and stderr' ? ' '.repeat(6) : stream] : []),
    ]
    return `${paint(31 + ((names.indexOf(name) + 1) % 6), `${parts.join(' ')} |`, { colors })} `
  }
}
