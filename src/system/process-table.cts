// CommonJS, because the keeper looks at it, and is small.
import { closeSync, constants, openSync, readdirSync, readFileSync, readSync } from 'node:fs'
import { isDead, runCommand } from './identity.cjs'

/** One living process. */
export interface ProcessRow {
  pid: number
  parent: number
  group: number
  session: number
  /** When it started, in the unit of an Identity. */
  start: string
  /** Processor time so far, in milliseconds. */
  cpu: number
  /** Resident memory, in bytes. */
  memory: number
}

/** Lists the processes that live, by pid. */
export function readProcessTable(): Map<number, ProcessRow> {
  const rows = process.platform === 'linux' ? rowsByProc() : rowsByPs()
  return new Map(rows.map((row) => [row.pid, row]))
}

/** The variable by which all that descends from a daemon is found. */
const instanceVariable = 'DAEMONIC_INSTANCE='

/** Reads to which life of which daemon a process belongs; nothing for none, and for one that this user may not look at. */
export function readInstance(pid: number): string | undefined {
  if (process.platform !== 'linux') return instanceByPs(pid)
  try {
    const environment = readProc(`/proc/${pid}/environ`)
    const at = `\0${environment}`.indexOf(`\0${instanceVariable}`)
    return at === -1 ? undefined : environment.slice(at + instanceVariable.length).split('\0', 1)[0]
  } catch {
    return undefined
  }
}

/** Milliseconds since the system started, by the clock that processes' start times are told in. */
export function uptime(): number {
  if (process.platform !== 'linux') return Date.now()
  return Number(readFileSync('/proc/uptime', 'latin1').split(' ', 1)[0]) * 1000
}

/** When a process started, in milliseconds of the same clock. */
export function startOf({ start }: { start: string }): number {
  return process.platform === 'linux' ? Number(start) * tick : Date.parse(start)
}

/** The kernel counts processor time and starts in ticks for programs: 100 a second on every Linux (USER_HZ), whatever it runs at. */
const tick = 10

/** Linux: /proc/PID/stat of each. */
function rowsByProc(): ProcessRow[] {
  const pages = pageSize()
  return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? rowByProc(name, pages) : []))
}

/** Room for what the kernel tells of one process. */
const room = Buffer.alloc(65_536)

/** Reads a file of /proc. readFileSync takes four times as long, and this is done for every process of the machine. */
function readProc(path: string): string {
  const fd = openSync(path, constants.O_RDONLY)
  try {
    const count = readSync(fd, room, 0, room.length, 0)
    return count === room.length ? readFileSync(fd, 'utf8') : room.toString('utf8', 0, count)
  } finally {
    closeSync(fd)
  }
}

/** Reads one; none when it is gone, or only waits to be reaped. Fields are counted behind the name, which may hold anything. */
function rowByProc(name: string, page: number): ProcessRow[] {
  try {
    const stat = readProc(`/proc/${name}/stat`)
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (isDead(fields)) return []
    const number = (index: number): number => Number(fields[index])
    return [
      {
        pid: Number(name),
        parent: number(1),
        group: number(2),
        session: number(3),
        start: fields[19] ?? '',
        cpu: (number(11) + number(12)) * tick,
        memory: number(21) * page,
      },
    ]
  } catch {
    return []
  }
}

/** The size of a page of memory: what this process has in pages, against what it has in kilobytes. */
function pageSize(): number {
  const kilobytes = Number(/^VmSize:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1])
  const pages = Number(readFileSync('/proc/self/statm', 'latin1').split(' ', 1)[0])
  return [4096, 16_384, 65_536].find((size) => Math.abs((size * pages) / (kilobytes * 1024) - 1) < 0.25) ?? 4096
}

/** macOS: ps. It shows no session; a group is as near as it gets. */
function rowsByPs(): ProcessRow[] {
  const text = runCommand('ps', ['-axo', 'pid=,ppid=,pgid=,stat=,rss=,time=,lstart='])
  return text.split('\n').flatMap((line) => {
    const [pid, parent, group, stat, rss, time, ...start] = line.trim().split(/\s+/)
    if (stat === undefined || stat.startsWith('Z')) return []
    const [minutes = 0, seconds = 0] = (time ?? '').split(':').slice(-2).map(Number)
    return [
      {
        pid: Number(pid),
        parent: Number(parent),
        group: Number(group),
        session: Number(group),
        start: start.join(' '),
        cpu: (minutes * 60 + seconds) * 1000,
        memory: Number(rss) * 1024,
      },
    ]
  })
}

/** macOS: ps shows the environment of this user's processes behind their command. */
function instanceByPs(pid: number): string | undefined {
  try {
    const text = runCommand('ps', ['-wwEo', 'command=', '-p', String(pid)])
    return new RegExp(` ${instanceVariable}(\\S+)`).exec(text)?.[1]
  } catch {
    return undefined
  }
}
