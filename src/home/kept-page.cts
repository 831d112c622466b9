// What the keeper knows of one daemon, as one page of a file that is written in place: on a full disk, too. Only the keeper writes it.
import { closeSync, constants, openSync } from 'node:fs'
import { bootId } from '../system/identity.cjs'
import { openState, readPage, writePage } from './boot/state.cjs'

/**
 * What the keeper is at. starting: it starts the daemon. running: that runs. stopping: the keeper stops it, to start it again. waiting:
 * it will be started when its time has come. down: it is not to run. 'given up': it failed too often.
 */
export type KeptPhase = 'starting' | 'running' | 'stopping' | 'waiting' | 'down' | 'given up'

/** What is remembered of ends before. */
export interface History {
  /** How many restarts since it ran long enough to count as stable. */
  tries: number
  /** When it was started again, those that count for the limit. */
  restarts: readonly number[]
  /** Is it tried at the longest wait only, until it runs long enough? */
  isSlow: boolean
}

/** The name of the keeper's own daemon in its home. */
export const keeperName = 'daemonic-keeper'

/** What is known of a kept daemon besides what its own state tells. Times are of the clock in system/clock.cts. */
export interface KeptPage {
  phase: KeptPhase
  /** The life that was seen last, and is dealt with. */
  instance: string
  /** Since when it runs. */
  since: number | null
  history: History
  /** When it is started next. */
  due: number | null
  /** In which run of the system these times are. */
  boot: string
  /** How the last life ended that ended by itself, or was ended because it was not well. */
  last: LastEnd | null
}

/** How a life ended. */
export interface LastEnd {
  code: number | null
  signal: string | null
  /** Milliseconds of the wall clock. */
  at: number
  /** Why it was ended, or could not be started; null when it ended by itself. */
  why: string | null
  /** Was it ended to be renewed, and not for a failure? */
  isPlanned: boolean
  /** The last that it wrote. */
  output: string
}

/** Opens the page for writing, and takes its room. */
export function openKept(folder: string): number {
  return openState(`${folder}/kept.json`)
}

/** Writes what is known. */
export function writeKept(fd: number, kept: Omit<KeptPage, 'boot'>): void {
  const { last } = kept
  writePage(fd, last?.output ?? '', (output) => ({ ...kept, boot: bootId(), last: last && { ...last, output } }))
}

/** Reads what the keeper knew of the daemon in a folder; nothing when it never kept it, or in another run of the system. */
export function readKept(folder: string): KeptPage | undefined {
  let fd: number | undefined
  try {
    fd = openSync(`${folder}/kept.json`, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const page = readPage(fd)
    return page !== undefined && isKeptPage(page) && page.boot === bootId() ? page : undefined
  } catch {
    return undefined
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

/** Is this such a page? */
function isKeptPage(page: object): page is KeptPage {
  const { phase, history } = page as Partial<KeptPage>
  return typeof phase === 'string' && Array.isArray(history?.restarts)
}
