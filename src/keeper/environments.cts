import { constants, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'

/** The environments that daemons were started from, by name. They may hold secrets: they are in memory, and in no file that has a name. */
export interface Environments {
  /** The open file that the next keeper finds them in. */
  fd: number | undefined
  of(name: string): NodeJS.Dict<string> | undefined
  /** Leaves out those of daemons that are not kept any more. */
  set(name: string, environment: NodeJS.Dict<string>, isKept: (name: string) => boolean): void
}

/** O_TMPFILE of open(2): a file without a name, in this folder's file system. */
const nameless = 0o20000000

/** Opens the memory of a keeper; the one that its predecessor left, when there is one. */
export function openEnvironments(folder: string, inherited?: number): Environments {
  const fd = inherited ?? openNameless(['/dev/shm', folder])
  const known = new Map<string, string>(inherited === undefined ? [] : readAll(inherited))
  return {
    fd,
    of: (name) => {
      const text = known.get(name)
      return text === undefined ? undefined : JSON.parse(text)
    },
    set: (name, environment, isKept) => {
      const text = JSON.stringify(environment)
      // The same text of many daemons is kept once.
      known.set(name, [...known.values()].find((other) => other === text) ?? text)
      for (const other of known.keys()) if (!isKept(other)) known.delete(other)
      if (fd !== undefined) writeAll(fd, known)
    },
  }
}

/** Opens a file without a name, in memory if that can be. */
function openNameless(folders: readonly string[]): number | undefined {
  if (process.platform !== 'linux') return undefined
  for (const folder of folders) {
    try {
      return openSync(folder, constants.O_RDWR | constants.O_DIRECTORY | nameless, 0o600)
    } catch {
      // The next one.
    }
  }
  return undefined
}

/** Reads what was written last. */
function readAll(fd: number): [string, string][] {
  try {
    const { texts, of } = JSON.parse(readFileSync(`/dev/fd/${fd}`, 'utf8'))
    return Object.entries<number>(of).map(([name, index]) => [name, texts[index]])
  } catch {
    return []
  }
}

/** Writes all of it. */
function writeAll(fd: number, known: Map<string, string>): void {
  const texts = [...new Set(known.values())]
  const of = Object.fromEntries([...known].map(([name, text]) => [name, texts.indexOf(text)]))
  const content = Buffer.from(JSON.stringify({ texts, of }))
  try {
    ftruncateSync(fd, 0)
    writeSync(fd, content, 0, content.length, 0)
  } catch {
    // Without room for it, the next keeper starts from its own.
  }
}
