import { readFileSync } from 'node:fs'

/**
 * The memory of a process, in bytes, where each page that it shares counts in parts (PSS of proc_pid_smaps_rollup(5)); nothing when the
 * system does not tell, or not this user.
 */
export function readProportionalMemory(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  try {
    const kilobytes = /^Pss:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1]
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024
  } catch {
    return undefined
  }
}
