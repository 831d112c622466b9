import { realpathSync } from 'node:fs'
import { Module } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Birth, Line } from './birth.cts'

/**
 * As a prelude: this process is a daemon from its start, and runs a module as its program.
 * @param readyWhen 'exec': now. 'auto': when the module has run to its end. 'manual': when it says so. 'launcher': when the
 * launcher, who looks from outside, says so.
 */
export function run(birth: Birth, readyWhen: 'exec' | 'auto' | 'manual' | 'launcher'): void {
  const { line } = birth
  birth.hasArrived = true
  if (readyWhen === 'exec') line.ready()
  if (readyWhen === 'launcher') line.awaitLauncher()
  if (readyWhen === 'auto') readyWhenEvaluated(line)
}

/**
 * Node calls Module.runMain for every program that is a file, ES module or not, and has it replaced by preloads on purpose.
 * When it returns, a CommonJS program has run to its end; of an ES module the same import, once more, is the promise of
 * its end: a module is evaluated once. What it fails with is said by the one who imported it first.
 */
function readyWhenEvaluated(line: Line): void {
  const loader = Module as unknown as { runMain: (...args: unknown[]) => void }
  const original = loader.runMain
  loader.runMain = (...args) => {
    loader.runMain = original
    original(...args)
    if (process.mainModule !== undefined) return line.ready()
    const url = pathToFileURL(realpathSync(process.argv[1] as string)).href
    import(url).then(
      () => line.ready(),
      () => {},
    )
  }
}
