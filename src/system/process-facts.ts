import { readFileSync, readlinkSync } from 'node:fs'
import { constants } from 'node:os'
import { type DescriptorFact, readDescriptors } from './descriptor-facts.ts'
import { identify } from './process-table.ts'

/** What the kernel tells of a process. Of its environment only the names. */
export interface ProcessFacts {
  pid: number
  command: string
  parent: number
  parentName: string
  /** The shell that waits for the end of a kept daemon has an own parent; undefined when the parent is no such shell. */
  waiterParent: { pid: number; name: string } | undefined
  session: number
  /** Is the leader of the session another process that lives? */
  isLedByOther: boolean
  /** The controlling terminal; undefined for none. */
  terminal: string | undefined
  descriptors: DescriptorFact[]
  umask: string
  directory: string
  ignored: string[]
  blocked: string[]
  caught: string[]
  variables: string[]
  /** Real, effective, saved and file system ids. */
  uids: number[]
  gids: number[]
  groups: number[]
  /** Soft limits by the names of /proc/PID/limits. */
  limits: Record<string, string>
}

/** Reads all that is to be known of a process from /proc. Throws what the file system throws. */
export function readProcessFacts(pid: number): ProcessFacts {
  const proc = `/proc/${pid}`
  const status = readStatus(proc)
  const [, parent = '0', , session = '0', terminal = '0'] = statFields(proc)
  return {
    pid,
    command: readCommand(proc) || `[${status['Name']}]`,
    parent: Number(parent),
    parentName: readName(Number(parent)),
    waiterParent: readWaiterParent(Number(parent)),
    session: Number(session),
    isLedByOther: session !== String(pid) && identify(Number(session)) !== undefined,
    terminal: nameTerminal(Number(terminal)),
    descriptors: readDescriptors(proc),
    umask: status['Umask'] ?? '?',
    directory: readlinkSync(`${proc}/cwd`),
    ignored: readSignals(status['SigIgn']),
    blocked: readSignals(status['SigBlk']),
    caught: readSignals(status['SigCgt']),
    variables: readNul(`${proc}/environ`).map((entry) => entry.split('=', 1)[0] ?? ''),
    uids: readNumbers(status['Uid']),
    gids: readNumbers(status['Gid']),
    groups: readNumbers(status['Groups']),
    limits: readLimits(proc),
  }
}

/** Reads the fields of /proc/PID/stat from the third on, counted behind the name, which may hold anything. */
function statFields(proc: string): string[] {
  const stat = readFileSync(`${proc}/stat`, 'latin1')
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
}

/** Reads /proc/PID/status as names and values. */
function readStatus(proc: string): Record<string, string> {
  const lines = readFileSync(`${proc}/status`, 'utf8').split('\n')
  return Object.fromEntries(lines.map((line) => line.split(/:\s*/, 2)))
}

/** Reads the command line, as one would type it. */
function readCommand(proc: string): string {
  return readNul(`${proc}/cmdline`).join(' ').trim()
}

/** Reads the name of a process; '' when it is gone, or outside of this PID namespace. */
function readName(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  } catch {
    return ''
  }
}

/** Whose child a waiter is: a shell that was started with a script, and whose own name is this package's. */
function readWaiterParent(pid: number): ProcessFacts['waiterParent'] {
  try {
    const [, flag, , name] = readNul(`/proc/${pid}/cmdline`)
    if (flag !== '-c' || name !== 'daemonic') return undefined
    const parent = Number(statFields(`/proc/${pid}`)[1])
    return { pid: parent, name: readName(parent) }
  } catch {
    return undefined
  }
}

/** Reads a file of texts that end with NUL. */
function readNul(path: string): string[] {
  return readFileSync(path, 'utf8').split('\0').slice(0, -1)
}

/** Reads a mask of signals as their names. */
function readSignals(mask = '0'): string[] {
  const bits = BigInt(`0x${mask}`)
  const names = Object.entries(constants.signals)
  return Array.from({ length: 64 }, (_, index) => index + 1)
    .filter((signal) => (bits >> BigInt(signal - 1)) & 1n)
    .map((signal) => names.find(([, number]) => number === signal)?.[0].slice(3) ?? `RT${signal}`)
}

/** Reads numbers between white space. */
function readNumbers(text = ''): number[] {
  return (text.match(/\d+/g) ?? []).map(Number)
}

/** Reads the soft limits. */
function readLimits(proc: string): Record<string, string> {
  const [, ...lines] = readFileSync(`${proc}/limits`, 'utf8').trim().split('\n')
  return Object.fromEntries(lines.map((line) => line.split(/\s{2,}/, 2)))
}

/** Names a terminal by its device number, as /proc/PID/stat packs it. */
function nameTerminal(device: number): string | undefined {
  if (device === 0) return undefined
  const major = (device >> 8) & 0xfff
  const minor = (device & 0xff) | ((device >> 12) & 0xfff00)
  return major >= 136 && major <= 143 ? `pts/${(major - 136) * 256 + minor}` : `device ${major}:${minor}`
}
