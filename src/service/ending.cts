import { setTimeout as sleep } from 'node:timers/promises'
import type { Admission } from './admission.cts'
import type { Running } from './running.cts'

/** Why a service ends. */
export type Reason = 'idle' | 'stopped' | 'replaced' | 'out of date' | 'removed'

/** The end of a service. */
export interface Ending {
  /** Begins to end; when that has begun already, nothing. */
  begin(reason: Reason): void
  hasBegun(): boolean
}

/**
 * Makes the end of a service, in this order: nobody is taken in any more, and the socket is gone; calls in progress are finished,
 * or aborted when their time is over; what the service has to clear away is; the process ends, and the kernel frees the lock last.
 */
export function makeEnding(
  running: Running,
  { stopListening, admission }: { stopListening(): void; admission: Admission },
): Ending {
  const { drainTimeout, methods } = running.definition
  let hasBegun = false
  const end = async (reason: Reason): Promise<void> => {
    stopListening()
    admission.leave()
    running.controller.abort(reason)
    await within(drainTimeout, admission.whenEmpty())
    admission.abort(new DOMException(`The service ends: ${reason}`, 'AbortError'))
    await within(drainTimeout, dispose(methods))
    // A timer that the service has left running shall not keep its name from the next one.
    process.exit()
  }
  return {
    begin: (reason) => {
      if (hasBegun) return
      hasBegun = true
      end(reason)
    },
    hasBegun: () => hasBegun,
  }
}

/** Waits for something, and no longer than that. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<void> {
  await Promise.race([work, sleep(milliseconds)])
}

/** Has the service clear away what it has to. What fails is said in its log. */
async function dispose(methods: object): Promise<void> {
  const { [Symbol.asyncDispose]: later, [Symbol.dispose]: now } = methods as Partial<AsyncDisposable & Disposable>
  try {
    await (later ?? now)?.call(methods as never)
  } catch (error) {
    console.error(error)
  }
}
