import { spawn } from 'node:child_process'

/**
 * Takes the lock (flock) of an open file. It belongs to the open file, so that what flock(1) locks on a descriptor of ours is ours, and
 * that of whoever inherits the descriptor, until the last of us closes it.
 * @returns false when another has it. Rejects when there is no flock(1).
 */
export function lockOpenFile(fd: number): Promise<boolean> {
  const child = spawn('flock', ['-n', '3'], { stdio: ['ignore', 'ignore', 'ignore', fd], env: { PATH: searchPath() } })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code === 0))
  })
}

/** Where the system's own programs are looked for, whatever PATH says. */
export function searchPath(): string {
  return `${process.env['PATH'] ?? ''}:/usr/sbin:/usr/bin:/sbin:/bin`
}
