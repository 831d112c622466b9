import { realpathSync } from 'node:fs'
import { Module } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Birth, Line } from './birth.cts'

/** How it is known that a module is ready, and when it may be asked for. */
export interface ModuleWork {
  /**
   * 'exec': it runs. 'auto': it has run to its end. 'manual': it says so. 'launcher': the launcher, who looks from outside, says so.
   */
  readyWhen: 'exec' | 'auto' | 'manual' | 'launcher'
  /** Are there preloads that decide how modules are loaded, and are loaded as modules themselves (`--import`)? */
  hasPreloads: boolean
}

/** As a prelude: this process is a daemon from its start, and runs a module as its program. */
export function run(birth: Birth, { readyWhen, hasPreloads }: ModuleWork): void {
  const { line } = birth
  birth.hasArrived = true
  if (readyWhen === 'exec') line.ready()
  if (readyWhen === 'launcher') line.awaitLauncher()
  if (readyWhen === 'auto') readyWhenEvaluated(line, hasPreloads)
}

/**
 * Node calls Module.runMain for every program that is a file, ES module or not, and has it replaced by preloads on purpose.
 * When it returns, a CommonJS program has run to its end, unless there are preloads, which come first.
 */
function readyWhenEvaluated(line: Line, hasPreloads: boolean): void {
  const loader = Module as unknown as { runMain: (...args: unknown[]) => void }
  const original = loader.runMain
  loader.runMain = (...args) => {
    loader.runMain = original
    original(...args)
    if (process.mainModule !== undefined) line.ready()
    else if (hasPreloads) preloaded = () => joinMain(line)
    else joinMain(line)
  }
}

let preloaded = (): void => {}

/** Says that all preloads are loaded; called by the last of them. */
export function afterPreloads(): void {
  preloaded()
}

/**
 * Waits for the end of an ES module. It is imported already, in this turn of the event loop; the same import once more is the
 * promise of its end, for a module is evaluated once. What it fails with is said by the one who imported it first.
 */
function joinMain(line: Line): void {
  const url = pathToFileURL(realpathSync(process.argv[1] as string)).href
  setImmediate(() => {
    import(url).then(
      () => line.ready(),
      () => {},
    )
  })
}
