import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { AlreadyRunningError, DaemonicError, StartError } from '../errors.ts'
import type { Declared } from '../home/records.ts'
import type { StartOptions } from '../options/types.ts'
import { readDeclaredSpec, readNamedSpec } from './ensure-running.ts'
import { findNode } from './find-node.ts'
import { type Lookup, stateOf } from './look-up.ts'
import { mustLookUp } from './must-look-up.ts'
import type { Spec } from './spec.ts'
import { prepareProgram, startSpec } from './start.ts'
import { stopDaemon } from './stop-daemon.ts'

/**
 * Stops a daemon if it runs, and starts it again: as it was declared, or as `asked` has it.
 * @throws {DaemonicError} NOT_RESTARTABLE, before anything is stopped.
 */
export async function restartDaemon(
  lookup: Lookup,
  asked?: StartOptions,
  onWait?: (look: () => string) => void,
): Promise<{ pid: number | undefined }> {
  const { name, declared } = lookup
  if (asked !== undefined) return replace(lookup, readNamedSpec(asked), onWait)
  if (declared === undefined) {
    throw new DaemonicError(
      'NOT_RESTARTABLE',
      `${name}: what was declared for it is lost (record.json); start it anew, with its command`,
    )
  }
  if (declared.kind === 'program') return rerunProgram(lookup, declared)
  return replace(lookup, readDeclaredSpec(declared, name), onWait)
}

/** Stops it, and starts it as the spec has it. What can't be started is no reason to stop what runs. */
async function replace(
  lookup: Lookup,
  spec: Spec,
  onWait?: (look: () => string) => void,
): Promise<{ pid: number | undefined }> {
  await prepareProgram(spec)
  await stopDaemon(lookup)
  try {
    return await startSpec(spec, { isRestart: stateOf(lookup) !== undefined, foreground: undefined, onWait })
  } catch (error) {
    // Somebody else started it in between: it runs anew, which is what was asked for.
    if (error instanceof AlreadyRunningError && error.daemon === spec.name) return { pid: error.pid }
    throw error
  }
}

/** Runs a program again that makes itself a daemon, as it was run. */
async function rerunProgram(lookup: Lookup, { rerun }: Declared): Promise<{ pid: number | undefined }> {
  if (rerun === undefined) throw new DaemonicError('NOT_RESTARTABLE', `${lookup.name}: run its program again`)
  await stopDaemon(lookup)
  try {
    await promisify(execFile)(findNode(), rerun.args, { cwd: rerun.workingDir })
  } catch (error) {
    const { stderr = '', message } = error as Error & { stderr?: string }
    throw new StartError(
      `${lookup.name}: its program did not start it: ${message.split('\n', 1)[0]}`,
      { step: 'program', output: stderr.trim() },
      error,
    )
  }
  return { pid: stateOf(mustLookUp(lookup.name))?.process.pid }
}
