import { type BigIntStats, readdirSync, statSync } from 'node:fs'

/**
 * Finds the descriptor at which a process has a file open; nothing when it has not.
 * @throws what the file system throws: EACCES, when this user may not look.
 */
export function findDescriptor(pid: number, { dev, ino }: BigIntStats): string | undefined {
  return readdirSync(`/proc/${pid}/fd`).find((fd) => {
    // With bigint, for the sake of Node 20: see unix.ts.
    const there = statSync(`/proc/${pid}/fd/${fd}`, { bigint: true, throwIfNoEntry: false })
    return there?.ino === ino && there.dev === dev
  })
}
