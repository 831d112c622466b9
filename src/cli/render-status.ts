import type { DaemonStatus } from '../lifecycle/status.ts'
import type { ServiceState } from '../service/hello.cts'
import { paint, printable, type Style, stateColors } from './paint.ts'
import { formatDuration, formatPercent, formatSize } from './units.ts'

/** What there is to know, and what a service says of itself. */
type Told = DaemonStatus & { service?: ServiceState }

/** Renders all there is to know of a daemon, for people. */
export function renderStatus(status: Told, style: Style): string {
  const rows = describe(status).filter((row): row is [string, string] => row[1] !== undefined)
  const head = `${paint(1, status.name, style)} ${paint(stateColors[status.state], headline(status), style)}`
  const lines = rows.map(([label, text]) => `  ${label.padEnd(12)}${text.replaceAll('\n', `\n${' '.repeat(14)}`)}`)
  const problems = status.problems.map((problem) => `  ${paint(31, `problem     ${problem}`, style)}`)
  return [head, ...lines, ...problems].join('\n')
}

/** What it is doing, in a few words. */
function headline({ state, pid, uptime, exit, keep }: DaemonStatus): string {
  if (pid !== null) return `is ${state} (pid ${pid}) since ${formatDuration(uptime ?? 0)}`
  const when = exit === null ? '' : ` at ${localTime(exit.at)}`
  const words: Record<string, string> = {
    new: 'never ran',
    failed: `could not be started${when}`,
    stopped: `was stopped${when}`,
    waiting: `ended${when}, and starts again in ${formatDuration(keep?.startsIn ?? 0)}`,
    'given up': `failed too often, and is given up${when}; daemonic start tries again`,
  }
  return words[state] ?? `${state}${when}`
}

/** The rows, in their order; what there is nothing to say of is left out. */
function describe(status: Told): [string, string | undefined][] {
  const { cpu, memory, processes, uptime, pid, startedAt, readyAfter, interpreter, stop, restarts } = status
  const share = cpu === null || !uptime ? '' : `, CPU ${formatPercent(cpu / uptime)} on average`
  const took = readyAfter === null ? '' : `, ready after ${formatDuration(readyAfter)}`
  const gone = interpreter?.exists === false ? ', which was removed' : ''
  return [
    ['runs', status.command === null ? undefined : printable(status.command.map(quote).join(' '))],
    ['kind', status.kind],
    ...describeService(status.service),
    ['folder', status.workingDir ?? undefined],
    ['user', text(status.user)],
    ['started', startedAt === null ? undefined : `${localTime(startedAt)}${took}`],
    ['restarts', String(restarts)],
    [
      'uses',
      pid === null ? undefined : `${plural(processes, 'process', 'processes')}, ${formatSize(memory ?? 0)}${share}`,
    ],
    ['processes', processes > 1 ? status.pids.join(' ') : undefined],
    ['kept', describeKeeping(status.keep)],
    ['restarted', describeLast(status)],
    ['last exit', describeExit(status)],
    [
      'last output',
      status.exit?.output ? status.exit.output.trimEnd().split('\n').map(printable).join('\n') : undefined,
    ],
    ...status.logs.map((log): [string, string] => [
      log.stream === 'stdout and stderr' ? 'log' : log.stream,
      describeLog(log),
    ]),
    ['lost', describeLost(status.lost)],
    ['ready', describeReady(status.ready)],
    ['stop', `${stop.signal}, killed after ${formatDuration(stop.timeout)} (${stop.scope})`],
    ['limits', status.limits === null ? undefined : describeLimits(status.limits)],
    ['nice', text(status.nice)],
    ['environment', status.env.length === 0 ? undefined : `with ${status.env.join(', ')}`],
    ['env file', status.envFile ?? undefined],
    ['Node', interpreter === null ? undefined : `${interpreter.version} (${interpreter.path}${gone})`],
    ['record', status.folder],
  ]
}

/** What a service says of itself. */
function describeService(service: ServiceState | undefined): [string, string | undefined][] {
  if (service === undefined) return []
  const { name, version, connections, calls, idleTimeout, methods } = service
  const clients = plural(connections, 'client', 'clients')
  return [
    ['service', `${name} ${version}: ${clients}, ${plural(calls, 'call', 'calls')} in progress`],
    ['says', service.status === null ? undefined : printable(service.status)],
    ['idle end', `${formatDuration(idleTimeout)} after the last client`],
    ['methods', methods.join(', ')],
  ]
}

/** How it is kept. */
function describeKeeping(keep: DaemonStatus['keep']): string | undefined {
  if (keep === null) return undefined
  const { restart, backoff, restartLimit, tries } = keep
  if (restart === 'no') return 'it is not started again'
  const waits = `after ${formatDuration(backoff.from)} to ${formatDuration(backoff.to)}`
  const most = `at most ${restartLimit.restarts} times in ${formatDuration(restartLimit.within)}`
  const row = tries > 1 ? `, ${tries} times in a row by now` : ''
  return `started again ${restart === 'always' ? 'always' : 'on failure'} ${waits}, ${most}${row}`
}

/** Why it was started again last. */
function describeLast({ keep, pid }: DaemonStatus): string | undefined {
  const last = keep?.last
  if (!last) return undefined
  const how = last.why ?? (last.signal === null ? `exit code ${last.code ?? 'unknown'}` : `by ${last.signal}`)
  const output = last.output.trimEnd().split('\n').map(printable).join('\n')
  return `${localTime(last.at)}, ${how}${pid === null || output === '' ? '' : `\n${output}`}`
}

/** How it ended last. */
function describeExit({ exit, state }: DaemonStatus): string | undefined {
  if (exit === null) return undefined
  if (exit.signal !== null) return `by ${exit.signal}`
  if (exit.code !== null) return `exit code ${exit.code}`
  return state === 'stopped' || state === 'failed' ? undefined : 'nobody knows how: a command is not watched'
}

/** A log file, with its size. */
function describeLog({ path, size }: DaemonStatus['logs'][number]): string {
  return `${path} (${size === null ? 'not there' : formatSize(size)})`
}

/** What is missing in its log. */
function describeLost(lost: DaemonStatus['lost']): string | undefined {
  if (lost === null) return undefined
  const { lines, bytes, since, code } = lost
  return `${plural(lines, 'line', 'lines')} (${formatSize(bytes)}) that could not be written (${code}), since ${localTime(since)}`
}

/** When it counts as started. */
function describeReady(ready: DaemonStatus['ready']): string | undefined {
  if (ready === null) return undefined
  const { kind, ...rest } = ready
  const values = Object.entries(rest).filter(([name, value]) => value !== undefined && value !== '' && name !== 'flags')
  return values.length === 0
    ? kind
    : `${kind}: ${values
        .map(([, value]) => value)
        .reverse()
        .join(':')}`
}

/** Limits, as `--limit` takes them. */
function describeLimits(limits: unknown): string {
  const show = (value: unknown): string => {
    const { soft, hard } = (value ?? {}) as { soft?: unknown; hard?: unknown }
    return soft === undefined ? String(value) : `${soft}:${hard}`
  }
  return Object.entries(limits as object)
    .map(([name, value]) => `${name}=${show(value)}`)
    .join(' ')
}

/** A word as a shell would need it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** A value as text, unless there is none. */
function text(value: string | number | null): string | undefined {
  return value === null ? undefined : String(value)
}

/** A count with its noun. */
function plural(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`
}

/** A time as people read it, in this machine's time zone. */
function localTime(iso: string): string {
  const date = new Date(iso)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}
