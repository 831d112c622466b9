import { fstatSync, readdirSync, readFileSync } from 'node:fs'

const closeOnExec = 0o2000000

/** A descriptor, and which file it leads to: a number alone may be another file's in another process. */
export interface OpenDescriptor {
  fd: number
  dev: number
  ino: number
}

/**
 * Lists the descriptors of this process above 2 that a program started now inherits: those without close-on-exec.
 * Node opens its own with it, and marks the low ones that it was born with; what is left came from whoever started this
 * program, or from an addon. Empty on macOS, where libuv lets nothing pass (POSIX_SPAWN_CLOEXEC_DEFAULT).
 */
export function inheritedDescriptors(): OpenDescriptor[] {
  return openDescriptors()
    .filter((fd) => fd > 2 && !isCloseOnExec(fd))
    .map((fd) => {
      const { dev, ino } = fstatSync(fd)
      return { fd, dev, ino }
    })
}

/** Lists the open descriptors; none where there is no /proc to tell. */
function openDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number)
  } catch {
    return []
  }
}

/** Is it marked close-on-exec? A descriptor that is gone by now counts as marked. */
function isCloseOnExec(fd: number): boolean {
  try {
    const flags = /^flags:\s*(\d+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1] ?? '0'
    return (Number.parseInt(flags, 8) & closeOnExec) !== 0
  } catch {
    return true
  }
}
