import { withoutInspectorFlags } from '../detach/rerun.ts'
import { type Name, prepareName } from '../lifecycle/name.ts'
import type { DaemonOptions, NormalOptions } from '../options/types.ts'
import { showCall } from './refusals.ts'
import type { Call } from './work.ts'

/** A name that a program gives itself. */
export type NamedStart = Name

/**
 * Prepares the name that a program gives itself by one of the verbs.
 * @throws {DaemonicError} HOME_UNSAFE, HOME_UNUSABLE.
 */
export function nameStart(name: string, given: DaemonOptions, options: NormalOptions, call: Call): Promise<NamedStart> {
  const { preserveFds, ...rest } = given
  const { workingDir, stdout, stderr } = options
  const rerun = {
    args: [...withoutInspectorFlags(process.execArgv), ...process.argv.slice(1)],
    workingDir: process.cwd(),
    call: showCall(call),
  }
  const declared = { kind: 'program' as const, options: { ...rest, workingDir, stdout, stderr }, rerun }
  return prepareName(name, declared, process.execPath, { isRestart: false })
}
