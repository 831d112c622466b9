import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { holdLock } from '../home/lock.ts'

/**
 * Waits until nobody else stops a daemon, and keeps others from it. Of several who stop it one asks it to at a time: a program
 * may take a second request for an order to leave at once. A stopper that is killed gives its turn to the next.
 * @param milliseconds how long another may take.
 * @returns what gives the turn back; nothing, when the time was over, or the name is forgotten.
 */
export async function takeTurn(folder: string, milliseconds: number): Promise<(() => void) | undefined> {
  const deadline = performance.now() + milliseconds
  for (let pause = 10; existsSync(folder); pause = Math.min(pause * 1.5, 100)) {
    const release = await holdLock(folder, 'stopping')
    if (release !== undefined || performance.now() > deadline) return release
    await sleep(pause)
  }
  return undefined
}
