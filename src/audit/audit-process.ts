import { DaemonicError } from '../errors.ts'
import { type ProcessFacts, readProcessFacts } from '../system/process-facts.ts'
import { checks } from './checks.ts'

export interface AuditItem {
  name: string
  ok: boolean
  /** What was seen. */
  seen: string
  /** Why it matters. */
  why: string
}

export interface Audit {
  pid: number
  command: string
  /** Do all hold? */
  ok: boolean
  passed: number
  total: number
  items: AuditItem[]
}

/**
 * Checks from outside, by /proc, how much of a daemon a process is: each item of daemon(7) that shows.
 * @throws {DaemonicError} NO_SUCH_PROCESS, NOT_READABLE (another user's), UNSUPPORTED_PLATFORM (no /proc).
 */
export function auditProcess(pid: number): Audit {
  const facts = readFacts(pid)
  const items = checks.map(({ name, why, look }) => ({ name, ...look(facts), why }))
  const passed = items.filter(({ ok }) => ok).length
  return { pid, command: facts.command, ok: passed === items.length, passed, total: items.length, items }
}

/** Reads the facts, or says in one sentence why they can't be had. */
function readFacts(pid: number): ProcessFacts {
  if (process.platform !== 'linux') {
    throw new DaemonicError('UNSUPPORTED_PLATFORM', `audit reads /proc, which ${process.platform} does not have`)
  }
  try {
    return readProcessFacts(pid)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') {
      throw new DaemonicError('NO_SUCH_PROCESS', `There is no process ${pid}, or it ended just now`, error)
    }
    if (code !== 'EACCES' && code !== 'EPERM') throw error
    const message = `Process ${pid} belongs to another user, or gave up its rights: run the audit as root`
    throw new DaemonicError('NOT_READABLE', message, error)
  }
}
