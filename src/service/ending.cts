import { setTimeout as sleep } from 'node:timers/promises'
import type { Admission } from './admission.cts'
import type { Running } from './running.cts'

/** Why a service ends. */
export type Reason = 'idle' | 'stopped' | 'replaced' | 'out of date' | 'removed'

/**
 * Ends a service that nobody can connect to any more: calls in progress are finished, or aborted when their time is over; what the
 * service has to clear away is; the process ends, and the kernel frees the lock last.
 */
export async function endService(
  { definition, controller }: Running,
  admission: Admission,
  reason: Reason,
): Promise<never> {
  const { drainTimeout, methods } = definition
  admission.leave()
  controller.abort(reason)
  await within(drainTimeout, admission.whenEmpty())
  admission.abort(new DOMException(`The service ends: ${reason}`, 'AbortError'))
  await within(drainTimeout, dispose(methods))
  // A timer that the service has left running shall not keep its name from the next one.
  process.exit()
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
