import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import type { Duplex } from 'node:stream'
import type { UlimitCall } from '../options/types.ts'
import { inheritedDescriptors } from '../system/inherited-descriptors.ts'
import { planDescriptors } from './descriptors.ts'
import { birthEnvironment } from './environment.ts'
import type { StartMessage } from './message.ts'
import { type TrampolineEnd, trampolineArguments } from './trampoline.ts'

export interface LaunchRequest {
  /** What the daemon runs: Node and its arguments. */
  command: readonly string[]
  /** The daemon's environment; undefined for this process's own, cleaned. */
  env: NodeJS.Dict<string> | undefined
  limits: readonly UlimitCall[]
  preserveFds: readonly number[]
  /** Where standard output and error go until the daemon changes that. */
  transcript: number
  /** Open logs to hand over. */
  stdout: number
  stderr: number
  /** An open pid file, to be locked and handed over; it is closed here. */
  pidFile: { fd: number; path: string; locked: boolean } | undefined
  /** What the daemon is told, made when the numbers of its descriptors are known. */
  work: (streams: { stdout: number; stderr: number }) => unknown
  payload: Uint8Array
}

export interface Launched {
  /** The trampoline's pid: the id of the daemon's session and process group. */
  session: number | undefined
  /** To the daemon; undefined when the system refused even that. */
  channel: Duplex | undefined
  trampoline: Promise<TrampolineEnd>
}

/** Starts a daemon through the trampoline, and tells it what it is to do. Returns before it has come up. */
export function launch(request: LaunchRequest): Launched {
  const { transcript, stdout, stderr, pidFile } = request
  const plan = planDescriptors(
    ['ignore', transcript, transcript],
    { channel: 'pipe', stdout, stderr, lock: pidFile?.fd },
    request.preserveFds,
  )
  const lock = pidFile && plan.at.lock !== undefined ? { fd: plan.at.lock, path: pidFile.path } : null
  const birth = birthEnvironment(request.env, plan.at.channel)
  const child = spawnTrampoline(request, lock, birth.env, plan.stdio)
  const channel = child.stdio?.[plan.at.channel] as Duplex | undefined
  const message = {
    close: inheritedDescriptors().filter(({ fd }) => (plan.stdio[fd] ?? 'ignore') === 'ignore'),
    nodeOptions: birth.nodeOptions,
    environment: birth.environment,
    pidFile: lock,
    work: request.work({ stdout: plan.at.stdout, stderr: plan.at.stderr }),
  }
  if (channel !== undefined) tell(channel, message, request.payload)
  return { session: child.pid, channel, trampoline: ended(child) }
}

/** Starts the trampoline. The lock belongs to all who hold the open file: from here on to the daemon alone. */
function spawnTrampoline(
  { pidFile, limits, command }: LaunchRequest,
  lock: { fd: number; path: string } | null,
  env: Record<string, string>,
  stdio: StdioOptions,
): ChildProcess {
  try {
    const lockLater = pidFile?.locked === true ? null : lock
    return spawn('/bin/sh', trampolineArguments(lockLater, limits, command), { detached: true, env, stdio })
  } finally {
    if (pidFile !== undefined) closeSync(pidFile.fd)
  }
}

/** Waits for the end of the trampoline. */
function ended(child: ChildProcess): Launched['trampoline'] {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }))
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
}

/** Sends the one message. That nobody reads it any more shows in the channel's end. */
function tell(channel: Duplex, message: StartMessage, payload: Uint8Array): void {
  const json = Buffer.from(JSON.stringify(message))
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32LE(json.length, 0)
  lengths.writeUInt32LE(payload.length, 4)
  channel.on('error', () => {})
  channel.write(Buffer.concat([lengths, json]))
  if (payload.length > 0) channel.write(payload)
}
