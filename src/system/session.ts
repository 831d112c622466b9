import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'

/** Lists the living processes of a session. */
export function sessionMembers(session: number): number[] {
  return process.platform === 'linux' ? membersByProc(session) : membersByPs(session)
}

/** Linux: field 6 of /proc/PID/stat, counted behind the name, which may hold anything. */
function membersByProc(session: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const [state, , , itsSession] = statFields(pid)
      return Number(itsSession) === session && state !== 'Z' && state !== 'X'
    })
}

/** Reads the fields of /proc/PID/stat from the third on; none when the process is gone. */
export function statFields(pid: number): string[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}

/** macOS: its ps shows no session id, and what we start stays in the process group of the same number. */
function membersByPs(group: number): number[] {
  const rows = execFileSync('ps', ['-axo', 'pid=,pgid=,stat='], { encoding: 'utf8' }).split('\n')
  return rows
    .map((row) => row.trim().split(/\s+/))
    .filter(([, itsGroup, state]) => Number(itsGroup) === group && !state?.startsWith('Z'))
    .map(([pid]) => Number(pid))
}
