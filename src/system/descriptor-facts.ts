import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'

/** One open descriptor. */
export interface DescriptorFact {
  fd: number
  /** What it leads to, as the kernel names it: a path, `pipe:[1]`, `socket:[2]`, `anon_inode:[eventpoll]`. */
  target: string
  isFile: boolean
  isTerminal: boolean
  isAppend: boolean
  isCloseOnExec: boolean
}

/** Reads the open descriptors, in their order. */
export function readDescriptors(proc: string): DescriptorFact[] {
  const numbers = readdirSync(`${proc}/fd`).map(Number)
  return numbers.sort((a, b) => a - b).flatMap((fd) => readDescriptor(proc, fd))
}

/** Reads one descriptor; none when it was closed meanwhile. */
function readDescriptor(proc: string, fd: number): DescriptorFact[] {
  try {
    const target = readlinkSync(`${proc}/fd/${fd}`)
    const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(readFileSync(`${proc}/fdinfo/${fd}`, 'utf8'))?.[1] ?? '0', 8)
    const isFile = statSync(`${proc}/fd/${fd}`).isFile()
    const isTerminal = /^\/dev\/(?:pts\/\d+|tty\w*|console)$/.test(target)
    return [
      { fd, target, isFile, isTerminal, isAppend: (flags & 0o2000) !== 0, isCloseOnExec: (flags & 0o2000000) !== 0 },
    ]
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
