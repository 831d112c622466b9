import { ServiceLostError } from '../errors.ts'
import type { Target } from './target.cts'

/** The error for a call that was in progress when the service ended. */
export function lostError(method: string, { instance, log }: Target, pid: number): Error {
  return new ServiceLostError(method, { daemon: instance, pid, log })
}
