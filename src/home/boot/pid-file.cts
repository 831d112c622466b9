import { fstatSync, ftruncateSync, lstatSync, unlinkSync, writeSync } from 'node:fs'
import type { Birth } from '../../detach/boot/birth.cts'

/** As a prelude: writes this process's pid into the pid file whose lock it holds, and removes the file at a clean exit. */
export function run({ line, holds }: Pick<Birth, 'line' | 'holds'>, { fd, path }: { fd: number; path: string }): void {
  let stays = false
  line.enter('pidFile')
  write(fd, process.pid)
  process.on('exit', () => stays || remove(fd, path))
  holds.push({
    passTo: (pid) => write(fd, pid),
    end: () => {},
    leave: () => {
      stays = true
    },
  })
}

/** Writes a pid into an open pid file. */
function write(fd: number, pid: number): void {
  ftruncateSync(fd, 0)
  writeSync(fd, `${pid}\n`, 0)
}

/**
 * Removes the pid file, if the path still leads to the file that this process has locked.
 * Where that is not allowed (the daemon gave up root, and the folder is root's), it is emptied: no pid is no lie.
 */
function remove(fd: number, path: string): void {
  try {
    if (isSameFile(fd, path)) unlinkSync(path)
  } catch {
    tryEmpty(fd)
  }
}

/** Does the path lead to the file that is open at the descriptor? */
function isSameFile(fd: number, path: string): boolean {
  const ours = fstatSync(fd)
  const there = lstatSync(path)
  return ours.ino === there.ino && ours.dev === there.dev
}

/** Empties an open file; at exit, there is nobody left to tell of an error. */
function tryEmpty(fd: number): void {
  try {
    ftruncateSync(fd, 0)
  } catch {
    // The lock is free in a moment, and that is what counts.
  }
}
