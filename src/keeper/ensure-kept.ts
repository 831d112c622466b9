import { DaemonicError } from '../errors.ts'
import { type Ensured, ensureRunning } from '../lifecycle/ensure-running.ts'
import { type Lookup, lookUp } from '../lifecycle/look-up.ts'
import { restartDaemon } from '../lifecycle/restart.ts'
import type { StartOptions } from '../options/types.ts'

type OnWait = (look: () => string) => void

/**
 * Starts a daemon, unless it runs already as it is asked for; one that is to be kept is from then on watched by the keeper.
 * @throws as ensureRunning(); {DaemonicError} NOT_KEPT, when it runs, and its keeper does not.
 */
export async function ensureKept(options: StartOptions, onWait?: OnWait): Promise<Ensured> {
  const ensured = await ensureRunning(options, onWait)
  await keepIfDeclared(lookUp(ensured.name))
  return ensured
}

/** Restarts a daemon, and has the keeper know. @throws as restartDaemon(); {DaemonicError} NOT_KEPT. */
export async function restartKept(
  lookup: Lookup,
  asked?: StartOptions,
  onWait?: OnWait,
): ReturnType<typeof restartDaemon> {
  const restarted = await restartDaemon(lookup, asked, onWait)
  await keepIfDeclared(lookUp(lookup.name))
  return restarted
}

/** Has a daemon watched by the keeper, when it is declared to be kept. */
async function keepIfDeclared(lookup: Lookup | undefined): Promise<void> {
  if (lookup?.declared?.kept === undefined) return
  try {
    const { haveKept } = await import('./client.ts')
    await haveKept(lookup.name)
  } catch (error) {
    const message = `${lookup.name} runs, but its keeper does not, so that it will not be started again: ${(error as Error).message}`
    throw new DaemonicError('NOT_KEPT', message, error)
  }
}
