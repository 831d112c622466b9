import { stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Rotation } from '../options/types.ts'
import type * as pauses from './pause.cts'
import { rotateLog, usualCalm } from './rotate.ts'

// Required, and not imported, for the reason that process-table.ts gives.
const { pauseFor } = createRequire(import.meta.url)('./pause.cjs') as typeof pauses

/**
 * Rotates a log that is too large. One that grows fast is rotated on, and what was cut off is only compressed when it does no more: most of
 * it is gone by then.
 * @param isWanted asked now and then: is there still somebody who wants that?
 * @throws as rotateLog().
 */
export async function rotateDue(path: string, rotation: Rotation, isWanted: () => boolean): Promise<void> {
  while ((await rotateLog(path, rotation, { whole: false })).isLeft) {
    await untilDueOrCalm(path, rotation.size, isWanted)
    if (!isWanted()) return
  }
}

/** Waits until a log is due again, or has not been for some time. */
async function untilDueOrCalm(path: string, most: number, isWanted: () => boolean): Promise<void> {
  const deadline = performance.now() + usualCalm
  for (let [pause, before] = [0, 0]; performance.now() < deadline && isWanted(); await sleep(pause)) {
    const { size } = await stat(path).catch(() => ({ size: 0 }))
    if (size > most) return
    pause = pauseFor(size - before, pause, most - size)
    before = size
  }
}
