import { setTimeout as sleep } from 'node:timers/promises'
import { readProcessTable } from '../system/process-table.ts'

/** How long a half-started daemon has for each way of ending, in milliseconds. */
const patience = { afterTerm: 1000, afterKill: 5000 }

/**
 * Ends everything in the session of a daemon that did not become ready: SIGTERM, then SIGKILL.
 * The number of a session is not given to another process while one is left in it.
 */
export async function endSession(session: number): Promise<void> {
  if (await signalUntilEmpty(session, 'SIGTERM', patience.afterTerm)) return
  await signalUntilEmpty(session, 'SIGKILL', patience.afterKill)
}

/** Sends a signal to all that is in the session, and waits until nothing is. */
async function signalUntilEmpty(session: number, signal: NodeJS.Signals, milliseconds: number): Promise<boolean> {
  for (const pid of sessionMembers(session)) {
    try {
      process.kill(pid, signal)
    } catch {
      // Gone by now.
    }
  }
  return isEmptyWithin(session, milliseconds)
}

/** Waits until the session is empty; false when it is not by then. */
async function isEmptyWithin(session: number, milliseconds: number): Promise<boolean> {
  const deadline = performance.now() + milliseconds
  while (sessionMembers(session).length > 0) {
    if (performance.now() > deadline) return false
    await sleep(10)
  }
  return true
}

/** Lists the living processes of a session. */
function sessionMembers(session: number): number[] {
  return [...readProcessTable().values()].filter((row) => row.session === session).map(({ pid }) => pid)
}
