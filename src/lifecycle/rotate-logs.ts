import { DaemonicError } from '../errors.ts'
import { type Rotated, rotateLog } from '../logs/rotate.ts'
import { rotateDue } from '../logs/rotate-due.ts'
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
  for (const { stream, path } of logs) {
    const { files, bytes, dropped } = await rotateLog(path, rotationOf(lookup))
    rotated.push({ stream, path, files, bytes, dropped })
  }
  return rotated
}

/** Rotates one of its logs that is due: because its time has come, as a whole; and then as long as it is too large. */
export async function rotateDueLog(
  lookup: Lookup,
  { path, whole }: { path: string; whole: boolean },
  isWanted: () => boolean,
): Promise<void> {
  if (whole) await rotateLog(path, rotationOf(lookup))
  await rotateDue(path, rotationOf(lookup), isWanted)
}

/** How its logs are rotated; by the defaults, when nothing was said, or that they are not: then somebody asks for it all the same. */
function rotationOf({ declared }: Lookup): Rotation {
  const given = declared?.options['rotate'] ?? true
  return readRotate(given, 'rotate') || (readRotate(true, 'rotate') as Rotation)
}
