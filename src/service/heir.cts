// The heir: a shell that waits until its service is gone, however that came about, and becomes the next one, with the same lock, which is
// never free in between, and the same socket, at which clients wait meanwhile.
import { type ChildProcess, spawn } from 'node:child_process'
import { fstatSync, statSync } from 'node:fs'
import type { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Birth } from '../detach/boot/birth.cts'
import { guardLogs } from '../detach/boot/guard-logs.cjs'
import { inheritName } from '../home/boot/claim.cjs'
import { livingProcess, readSeen } from '../home/seen.cjs'
import type { Definition } from './definition.cts'
import { runHost } from './host.cjs'
import { inheritSocket, type Listening } from './listen.cjs'

/** Where the heir finds what it inherits; behind them, what the service adds. */
const places = { lock: 3, socket: 4, first: 5 }

/** The descriptor whose end tells the heir that its service is gone. */
const bond = 9

/** How long a service may take to be gone once its descriptors are, in milliseconds. */
const patience = 5000

/** What follows when an heir dies before its service, in milliseconds: not at once, for whatever ended it may end the next as well. */
const pause = 1000

/** Becomes, by exec, what it was told. Its own input is the bond alone. */
const script = `read -r _ <&${bond}; exec ${bond}<&-; exec "$@"`

/**
 * Appoints an heir, and another when it dies, or when the socket is made anew.
 * @param command what it becomes; `descriptors` are handed on to it, from 5 on.
 * @returns what dismisses it, for a service that ends on purpose.
 */
export function appointHeir(
  folder: string,
  listening: Listening,
  { command, descriptors }: NonNullable<Definition['heir']>,
): { end(): void } {
  let heir: ChildProcess | undefined
  let timer: NodeJS.Timeout | undefined
  let hasEnded = false
  const dismiss = (): void => {
    clearTimeout(timer)
    heir?.removeAllListeners('exit').kill('SIGKILL')
    heir = undefined
  }
  const appoint = (): void => {
    dismiss()
    const fd = listening.fd()
    if (hasEnded || fd === undefined) return
    const stdio: (number | 'ignore' | 'pipe')[] = ['ignore', 1, 2, findLock(folder), fd, ...descriptors]
    stdio[bond] = 'pipe'
    heir = spawn('/bin/sh', ['-c', script, 'heir', ...command], { stdio: Array.from(stdio, (one) => one ?? 'ignore') })
    ;(heir.stdio as (Writable | null)[])[bond]?.on('error', () => {})
    heir.on('error', () => {})
    heir.once('exit', () => {
      timer = setTimeout(appoint, pause)
    })
    heir.unref()
  }
  listening.onAgain = appoint
  appoint()
  return {
    end: () => {
      hasEnded = true
      dismiss()
    },
  }
}

/** Finds the descriptor of this process that holds its lock. */
function findLock(folder: string): number {
  const lock = statSync(`${folder}/lock`, { bigint: true })
  for (let fd = 3; fd < 64; fd += 1) {
    try {
      const { dev, ino } = fstatSync(fd, { bigint: true })
      if (dev === lock.dev && ino === lock.ino) return fd
    } catch {
      // Not open.
    }
  }
  throw new Error(`the lock of ${folder} is not open here`)
}

/** Becomes the service in the place of the one whose heir this process was. */
export async function serveAsHeir(definition: Definition, folder: string): Promise<void> {
  const deadline = performance.now() + patience
  // Its descriptors are closed a moment before it is dead.
  while (livingProcess(readSeen(folder)) !== undefined && performance.now() < deadline) await sleep(1)
  const birth: Pick<Birth, 'line' | 'holds' | 'onLoss'> = { line: silent, holds: [], onLoss: () => {} }
  inheritName(birth, folder)
  guardLogs((loss) => birth.onLoss(loss))
  const waiting: Parameters<ReturnType<typeof runHost>['admit']>[0][] = []
  let admit = (socket: (typeof waiting)[number]): void => void waiting.push(socket)
  const listening = await inheritSocket(folder, places.socket, (socket) => admit(socket))
  admit = runHost(definition, [], folder, listening).admit
  for (const socket of waiting) admit(socket)
}

/** What the first descriptor is that the service adds. */
export const firstInherited: number = places.first

/** A line to nobody: an heir has no launcher. */
const silent = { enter: () => {}, beforeReady: (listener: () => void) => listener() } as unknown as Birth['line']
