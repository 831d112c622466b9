// CommonJS, for the reason that open-file.cts gives.
import { fstatSync, readdirSync, readFileSync } from 'node:fs'

const closeOnExec = 0o2000000

/**
 * For every stat of what may be a pipe or a socket. Exact numbers, and: on Node 20, a stat of one without `bigint` leaves
 * its type where the next realpath looks, and that then follows no links, so that modules are found at the wrong place.
 */
const exactStat = { bigint: true } as const

/** A descriptor, and which file it leads to: a number alone may be another file's in another process. */
export interface OpenDescriptor {
  fd: number
  dev: string
  ino: string
}

/**
 * Lists the descriptors of this process above 2 that a program started now inherits: those without close-on-exec.
 * Node opens its own with it, and marks the low ones that it was born with; what is left came from whoever started this
 * program, or from an addon. Empty on macOS, where libuv lets nothing pass (POSIX_SPAWN_CLOEXEC_DEFAULT).
 */
export function inheritedDescriptors(): OpenDescriptor[] {
  return openDescriptors().flatMap((fd) => (fd > 2 ? inheritable(fd) : []))
}

/** Lists the open descriptors; none where there is no /proc to tell. */
function openDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number)
  } catch {
    return []
  }
}

/** The descriptor, unless it is marked close-on-exec, or closed by now. */
function inheritable(fd: number): OpenDescriptor[] {
  try {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '0'
    if ((Number.parseInt(flags, 8) & closeOnExec) !== 0) return []
    const { dev, ino } = fstatSync(fd, exactStat)
    return [{ fd, dev: String(dev), ino: String(ino) }]
  } catch {
    return []
  }
}
