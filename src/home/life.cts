// How the end of a kept daemon is learnt by those who are not its parent. Its parent is a shell that waits for it (the waiter), and
// holds a FIFO open, `life`: whoever reads that is told of the end by the kernel, and never asks. The waiter writes how the daemon
// ended into a page, `exit`, in place, so that it can on a full disk. CommonJS, because the keeper is small.
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { constants as system } from 'node:os'
import { openOrCreate } from '../system/open-file.cjs'

/** The two as open descriptors. */
export interface LifeFiles {
  life: number
  exit: number
}

/** How a daemon ended, as its waiter saw it. */
export interface SeenExit {
  code: number | null
  signal: string | null
  /** Milliseconds of the wall clock. */
  at: number
}

/** Longer than the name of a life and an exit code. */
const pageSize = 4096

/** Opens what the waiter of a life that is about to begin needs, and makes it when it is not there. */
export function openLife(folder: string): LifeFiles {
  const life = openFifo(`${folder}/life`)
  try {
    return { life, exit: openPage(`${folder}/exit`) }
  } catch (error) {
    closeSync(life)
    throw error
  }
}

/** Opens the FIFO for reading and writing: to open it for writing alone would wait for who reads. */
function openFifo(path: string): number {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFIFO() !== true) {
    rmSync(path, { recursive: true, force: true })
    const { execFileSync } = require('node:child_process') as typeof import('node:child_process')
    try {
      execFileSync('mkfifo', ['-m', '600', path], { stdio: ['ignore', 'ignore', 'pipe'] })
    } catch (error) {
      // Somebody else may have made it just now.
      if (lstatSync(path, { throwIfNoEntry: false })?.isFIFO() !== true) throw error
    }
  }
  return openSync(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK)
}

/** Opens the page, whose room on the disk is taken. */
function openPage(path: string): number {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() === false) rmSync(path, { recursive: true, force: true })
  const { fd } = openOrCreate(path, constants.O_RDWR | constants.O_NOFOLLOW, 0o600)
  if (fstatSync(fd).size < pageSize) writeSync(fd, Buffer.alloc(pageSize, '\n'), 0, pageSize, 0)
  return fd
}

/** Reads how a life ended; nothing when its waiter did not say, because it was killed, or goes on. */
export function readExit(folder: string, instance: string): SeenExit | undefined {
  let fd: number | undefined
  try {
    fd = openSync(`${folder}/exit`, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const page = Buffer.alloc(pageSize)
    const [, code, name] = /^(\d+) (.*)$/m.exec(page.toString('utf8', 0, readSync(fd, page, 0, pageSize, 0))) ?? []
    return name === lifeName(instance) ? { ...decode(Number(code)), at: Math.round(fstatSync(fd).mtimeMs) } : undefined
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** What tells a life apart from the others of its daemon: the folder in the mark of a life may hold anything. */
export function lifeName(instance: string): string {
  return instance.slice(instance.lastIndexOf('#') + 1)
}

/** What a shell's exit code means: of a program that a signal ended, it is 128 and the number of that. */
function decode(code: number): Pick<SeenExit, 'code' | 'signal'> {
  const signal = Object.entries(system.signals).find(([, number]) => number === code - 128)?.[0]
  return signal === undefined ? { code, signal: null } : { code: null, signal }
}
