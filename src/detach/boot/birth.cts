import { closeSync, fstatSync } from 'node:fs'
import type { StartMessage } from '../message.ts'
import { readFrame } from './frame.cjs'
import { type Line, openLine } from './line.cjs'
import { claimPidFile, removePidFile } from './pid-file.cjs'

/** What the layers above find when this process is a daemon. */
export interface Birth {
  message: StartMessage
  payload: Buffer
  /** The line to the launcher, open until the daemon is ready. */
  line: Line
}

/** Makes this process the daemon that its launcher describes, as far as it can be done before the user's code. */
export function beBorn(channel: number): Birth {
  delete process.env['DAEMONIC_CHANNEL']
  const { message, payload } = readFrame(channel)
  restoreEnvironment(message)
  closeInherited(message.close)
  const line = openLine(channel)
  line.report({ kind: 'born', pid: process.pid })
  if (message.pidFile !== null) keepPidFile(line, message.pidFile)
  line.at('program')
  return { message, payload, line }
}

/** Gives the user's code the environment that it would have without us. */
function restoreEnvironment({ nodeOptions, environment }: StartMessage): void {
  delete process.env['NODE_OPTIONS']
  if (nodeOptions !== null) process.env['NODE_OPTIONS'] = nodeOptions
  for (const [name, value] of Object.entries(environment)) {
    if (value === null) delete process.env[name]
    else process.env[name] = value
  }
}

/** Closes what came through the launcher from whoever started it. */
function closeInherited(descriptors: StartMessage['close']): void {
  for (const descriptor of descriptors) {
    if (leadsTo(descriptor)) closeSync(descriptor.fd)
  }
}

/** Does the number lead to that file here, too? If not, it did not come through, and may by now be Node's own. */
function leadsTo({ fd, dev, ino }: StartMessage['close'][number]): boolean {
  try {
    // With bigint, or Node 20 looks at the type of this file, which may be a pipe, in its next realpath, and follows no links.
    const here = fstatSync(fd, { bigint: true })
    return String(here.dev) === dev && String(here.ino) === ino
  } catch {
    return false
  }
}

/** Writes the pid into the file whose lock this process holds, and removes it at a clean exit. */
function keepPidFile(line: Line, pidFile: { fd: number; path: string }): void {
  line.at('pidFile')
  line.attempt(() => claimPidFile(pidFile.fd))
  process.on('exit', () => removePidFile(pidFile.fd, pidFile.path))
}
