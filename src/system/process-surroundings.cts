import { readFileSync } from 'node:fs'

/**
 * The environment that a process was started with; nothing when it can't be read. A process that writes its title over it leaves
 * what is no variable: that is left out.
 */
export function readEnvironment(pid: number): NodeJS.Dict<string> | undefined {
  try {
    const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    const pairs = entries.flatMap((entry) => {
      const [, name, value = ''] = /^([^=]+)=(.*)$/s.exec(entry) ?? []
      return name === undefined ? [] : [[name, value]]
    })
    return pairs.length === 0 ? undefined : Object.fromEntries(pairs)
  } catch {
    return undefined
  }
}

/** The user and group that a process runs as; nothing when that can't be known. */
export function readCredentials(pid: number): { uid: number; gid: number } | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1')
    // Real, effective, saved and file system ids.
    const effective = (name: string): number => Number(new RegExp(`^${name}:\\s*\\d+\\s+(\\d+)`, 'm').exec(status)?.[1])
    const [uid, gid] = [effective('Uid'), effective('Gid')]
    return Number.isInteger(uid) && Number.isInteger(gid) ? { uid, gid } : undefined
  } catch {
    return undefined
  }
}
