import { findHome } from '../home/home.ts'
import { isKeeperLost } from '../home/kept.ts'

/**
 * Starts the keeper of this user's home again, when it was killed together with its heir. Costs next to nothing when it was not. What keeps it
 * from starting is no reason for a command to fail: `status` tells that it is gone.
 */
export async function healKeeper(): Promise<void> {
  try {
    const home = findHome()
    if (home === undefined || !isKeeperLost(home)) return
    const { connectKeeper } = await import('./client.ts')
    ;(await connectKeeper())[Symbol.dispose]()
  } catch {
    // See above.
  }
}
