import { AlreadyRunningError, DaemonicError, type Difference, SpecDiffersError } from '../errors.ts'
import { homePath } from '../home/home.ts'
import { type Declared, livingProcess } from '../home/records.ts'
import type { StartOptions } from '../options/types.ts'
import { warnOf } from './find-command.ts'
import { type Lookup, lookUp, stateOf } from './look-up.ts'
import { readSpec, type Spec } from './spec.ts'
import { startSpec } from './start.ts'

/** What came of seeing to it that a daemon runs. */
export interface Ensured {
  name: string
  pid: number | undefined
  /** Did it run before? */
  wasRunning: boolean
  /** What is unwise about it, in sentences. */
  warnings: readonly string[]
}

/** Reads what is to run, with the default log of its name. */
export function readNamedSpec(options: StartOptions): Spec {
  return readSpec(options, (name) => `${homePath()}/${name}`)
}

/**
 * Reads what was declared for a daemon, whatever name stands in the record: its folder may have been renamed.
 * @throws {DaemonicError} NOT_RESTARTABLE, when somebody wrote something into the record that can't be.
 */
export function readDeclaredSpec({ options }: Declared, name: string): Spec {
  try {
    return readNamedSpec({ ...(options as unknown as StartOptions), name })
  } catch (error) {
    const why = `what was declared for it (record.json) can't be: ${(error as Error).message}`
    throw new DaemonicError('NOT_RESTARTABLE', `${name}: ${why}; stop it, and start it anew with its command`, error)
  }
}

/**
 * Starts a daemon, unless it runs already as it is asked for.
 * @param onWait called when the wait for it begins, with what says at any time what is waited for.
 * @throws {SpecDiffersError} when it runs otherwise.
 */
export async function ensureRunning(options: StartOptions, onWait?: (look: () => string) => void): Promise<Ensured> {
  const spec = readNamedSpec(options)
  const warnings = spec.kind === 'command' ? warnOf(spec.words[0]) : []
  const pid = readyPid(spec.name) ?? (await startUnlessTaken(spec, onWait))
  return { name: spec.name, warnings, ...(typeof pid === 'object' ? pid : await found(spec, pid)) }
}

/** The pid of a daemon that runs and is ready. */
function readyPid(name: string): number | undefined {
  const lookup = lookUp(name)
  return lookup && stateOf(lookup)?.phase === 'running' ? livingProcess(lookup.seen)?.pid : undefined
}

/** Starts it; the pid alone, when another was faster. */
async function startUnlessTaken(
  spec: Spec,
  onWait?: (look: () => string) => void,
): Promise<{ pid: number; wasRunning: boolean } | number | undefined> {
  try {
    const { pid } = await startSpec(spec, { isRestart: false, foreground: undefined, onWait })
    return { pid, wasRunning: false }
  } catch (error) {
    if (!(error instanceof AlreadyRunningError) || error.daemon !== spec.name) throw error
    // Whoever starts it may take longer than this start was to wait: then it is not ready.
    const pid = readyPid(spec.name)
    if (pid === undefined && lookUp(spec.name)?.seen !== 'garbage') throw error
    return pid ?? error.pid
  }
}

/** What is found running has to be what is asked for. */
async function found(spec: Spec, pid: number | undefined): Promise<{ pid: number | undefined; wasRunning: boolean }> {
  const differences = await differencesTo(lookUp(spec.name), spec)
  if (differences.length > 0) throw new SpecDiffersError(spec.name, pid, differences)
  return { pid, wasRunning: true }
}

/** In what a daemon differs from what is asked for. Of one whose record is lost nobody knows. */
async function differencesTo(lookup: Lookup | undefined, asked: Spec): Promise<Difference[]> {
  const declared = lookup?.declared
  if (declared === undefined) return []
  if (declared.kind === 'program')
    return [{ option: 'kind', running: 'a program that makes itself a daemon', asked: asked.kind }]
  const { compareSpecs } = await import('./compare.ts')
  return compareSpecs(readDeclaredSpec(declared, asked.name), asked)
}
