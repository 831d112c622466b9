import { existsSync, readdirSync, readFileSync } from 'node:fs'

/** Memory that a process has for itself alone (USS), in kilobytes; of several, all together. */
export function ownMemory(...pids: number[]): number {
  const private_ = (pid: number): number => {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1')
    return [...rollup.matchAll(/^Private_(?:Clean|Dirty): +(\d+) kB$/gm)].reduce(
      (sum, [, size]) => sum + Number(size),
      0,
    )
  }
  return pids.map(private_).reduce((sum, size) => sum + size, 0)
}

/** What processes have used of the processor, with their children that have ended, in milliseconds; ticks are ten of them. */
export function cpuOf(pids: readonly number[]): number {
  const ticks = (pid: number): number => {
    // One that has ended is in the time of its parent.
    if (!existsSync(`/proc/${pid}`)) return 0
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15)
      .map(Number)
    return user + system + childUser + childSystem
  }
  return pids.map(ticks).reduce((sum, one) => sum + one, 0) * 10
}

/** How often the threads of a process went to sleep by themselves. */
export function sleepsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => {
    const status = readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1')
    return sum + Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(status)?.[1])
  }, 0)
}
