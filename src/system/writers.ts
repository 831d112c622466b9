import { constants, readdirSync, readFileSync, statSync } from 'node:fs'

/** A process that has a file open for writing. */
interface Writer {
  pid: number
  /** Does it append, whoever else cuts the file? */
  appends: boolean
}

/** Who writes to a file, and whose descriptors this user may not look at. */
interface Writers {
  writers: Writer[]
  unseen: number[]
}

/**
 * Finds the processes that have a file open for writing, whatever they are called and whoever began them; but for this one.
 * @param looked those that were looked at before, and are not looked at again; gets the others.
 */
export function findWriters({ dev, ino }: { dev: bigint; ino: bigint }, looked: Set<number>): Writers {
  const writers: Writer[] = []
  const unseen: number[] = []
  for (const pid of listPids()) {
    if (looked.has(pid)) continue
    looked.add(pid)
    try {
      const flags = readdirSync(`/proc/${pid}/fd`).flatMap((fd) => flagsOf(pid, fd, dev, ino))
      if (flags.length > 0) writers.push({ pid, appends: flags.every((one) => (one & constants.O_APPEND) !== 0) })
    } catch (error) {
      // Gone meanwhile is ENOENT, or ESRCH.
      if (['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) unseen.push(pid)
    }
  }
  return { writers, unseen }
}

/** Is a process stopped, with all its threads? Then none of them is in the middle of a write. One that is gone is, too. */
export function isStopped(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).every((task) => /[TtZX]/.test(stateOf(`/proc/${pid}/task/${task}`)))
  } catch {
    return true
  }
}

/** Descends a process from one of these, or is it in a session of theirs? */
export function isRelated(pid: number, others: readonly number[]): boolean {
  const sessions = others.map((one) => statOf(`/proc/${one}`)[3]).filter((session) => session !== '0')
  if (sessions.includes(statOf(`/proc/${pid}`)[3])) return true
  for (let parent = pid; parent > 1; parent = Number(statOf(`/proc/${parent}`)[1])) {
    if (others.includes(parent)) return true
  }
  return false
}

/** All processes but this one. */
function listPids(): number[] {
  return readdirSync('/proc').flatMap((name) =>
    /^\d+$/.test(name) && name !== String(process.pid) ? [Number(name)] : [],
  )
}

/** The flags that a descriptor was opened with, when it leads to the file and is open for writing. */
function flagsOf(pid: number, fd: string, dev: bigint, ino: bigint): number[] {
  // With bigint, for the sake of Node 20: see unix.ts.
  const there = statSync(`/proc/${pid}/fd/${fd}`, { bigint: true, throwIfNoEntry: false })
  if (there?.ino !== ino || there.dev !== dev) return []
  const text = readFileSync(`/proc/${pid}/fdinfo/${fd}`, 'latin1')
  const flags = Number.parseInt(/^flags:\s*(\d+)/m.exec(text)?.[1] ?? '0', 8)
  return (flags & (constants.O_WRONLY | constants.O_RDWR)) === 0 ? [] : [flags]
}

/** The state of a thread; that of one which is gone is X. */
function stateOf(folder: string): string {
  return statOf(folder)[0] ?? 'X'
}

/** The fields of a stat from the third on, counted behind the name, which may hold anything; none when it is gone. */
function statOf(folder: string): string[] {
  try {
    const stat = readFileSync(`${folder}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return []
  }
}
