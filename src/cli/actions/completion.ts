import { didYouMean } from '../../options/suggest.ts'
import type { Given } from '../command.ts'
import { renderBash } from '../completion/bash.ts'
import { renderFish } from '../completion/fish.ts'
import { renderZsh } from '../completion/zsh.ts'
import { exitCodes } from '../exit-codes.ts'
import { type Loaded, loadAll } from '../load-all.ts'
import { usage } from '../parse.ts'
import { print } from '../print.ts'

const shells: Record<string, (all: readonly Loaded[]) => string> = {
  bash: renderBash,
  zsh: renderZsh,
  fish: renderFish,
}

/** `daemonic completion`. */
export async function runCompletion(given: Given): Promise<number> {
  const [shell, ...rest] = given.words
  const known = Object.keys(shells)
  if (shell === undefined || rest.length > 0) throw usage(given.command, `completion needs one of ${known.join(', ')}`)
  const render = Object.hasOwn(shells, shell) ? shells[shell] : undefined
  if (render === undefined)
    throw usage(given.command, `There is no completion for '${shell}'${didYouMean(shell, known)}`)
  await print(render(await loadAll()))
  return exitCodes.ok
}
