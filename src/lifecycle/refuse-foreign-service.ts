import { StartError } from '../errors.ts'
import { livingProcess, readSeen } from '../home/records.ts'
import { lookAtPort, lookAtSocket } from '../ready/connect.ts'
import type { Spec } from './spec.ts'

/**
 * Refuses to start what would be taken for ready because of another program that answers in its place. When the daemon itself
 * was started meanwhile by somebody else, it is not refused here: its name is taken.
 */
export async function refuseForeignService({ options: { ready } }: Spec, folder: string): Promise<void> {
  const [what, isTaken] = await look(ready)
  if (!isTaken || livingProcess(readSeen(folder)) !== undefined) return
  const message = `not started: another program accepts connections at ${what} already`
  throw new StartError(message, { step: 'lock', output: '' })
}

/** Is there anything that accepts connections? */
async function look(ready: Spec['options']['ready']): Promise<[what: string, isTaken: boolean]> {
  if (ready.kind === 'port') return [`port ${ready.port}`, (await lookAtPort(ready.port, ready.host)) === true]
  if (ready.kind === 'socket') return [`the socket ${ready.path}`, (await lookAtSocket(ready.path)) === true]
  if (ready.kind !== 'http') return ['', false]
  const { hostname, port, protocol } = new URL(ready.url)
  const number = Number(port) || (protocol === 'https:' ? 443 : 80)
  const host = hostname.replace(/^\[|\]$/g, '')
  return [`port ${number} of ${host}`, (await lookAtPort(number, host)) === true]
}
