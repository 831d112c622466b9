import { DaemonicError } from '../errors.ts'
import { type Rotated, rotateLog } from '../logs/rotate.ts'
import { readRotate } from '../options/rotate.ts'
import type { Rotation } from '../options/types.ts'
import type { Lookup } from './look-up.ts'
import { logsOf } from './status.ts'

/** What came of rotating one log. */
export interface RotatedLog extends Rotated {
  stream: 'stdout' | 'stderr' | 'stdout and stderr'
  path: string
}

/**
 * Rotates all logs of a daemon at once, whether it runs or not, and whether it is kept or not.
 * @throws {DaemonicError} NOT_ROTATED, also when it has no log.
 */
export async function rotateLogs(lookup: Lookup): Promise<RotatedLog[]> {
  const logs = logsOf(lookup)
  if (logs.length === 0)
    throw new DaemonicError('NOT_ROTATED', `${lookup.name} has no log: its output goes to /dev/null`)
  const rotated: RotatedLog[] = []
  for (const { stream, path } of logs) rotated.push({ stream, path, ...(await rotateOne(lookup, path, true)) })
  return rotated
}

/** Rotates one of its logs. @throws as rotateLog(). */
export function rotateOne(lookup: Lookup, path: string, whole: boolean): Promise<Rotated> {
  return rotateLog(path, rotationOf(lookup), { whole })
}

/** How its logs are rotated; by the defaults, when nothing was said, or that they are not: then somebody asks for it all the same. */
function rotationOf({ declared }: Lookup): Rotation {
  const given = declared?.options['rotate'] ?? true
  return readRotate(given, 'rotate') || (readRotate(true, 'rotate') as Rotation)
}
