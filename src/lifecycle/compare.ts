import type { Difference } from '../errors.ts'
import type { Spec } from './spec.ts'

/** What is only about one start, and no part of what runs. */
const aboutTheStart = ['preserveFds', 'startTimeout']

/** Lists in what a running daemon differs from what is asked for. */
export function compareSpecs(running: Spec, asked: Spec): Difference[] {
  const [before, after] = [describe(running), describe(asked)]
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((option) => JSON.stringify(before[option]) !== JSON.stringify(after[option]))
    .flatMap((option) => difference(option, before[option], after[option]))
}

/** A spec as one flat object. */
function describe({ kind, words, options }: Spec): Record<string, unknown> {
  const [file, ...args] = words
  const entries = Object.entries(options).filter(([name]) => !aboutTheStart.includes(name))
  return { [kind]: file, args, ...Object.fromEntries(entries) }
}

/** Tells of one option. The values of variables may be secrets: of them, only that they differ. */
function difference(option: string, before: unknown, after: unknown): Difference[] {
  if (option !== 'env') return [{ option, running: show(before), asked: show(after) }]
  const [one, other] = [before ?? {}, after ?? {}] as Record<string, string | undefined>[]
  const names = [...new Set([...Object.keys(one ?? {}), ...Object.keys(other ?? {})])]
  return names
    .filter((name) => one?.[name] !== other?.[name])
    .map((name) => ({ option: `env ${name}`, running: showSet(one?.[name]), asked: showSet(other?.[name], true) }))
}

/** Shows a value. */
function show(value: unknown): string {
  return value === undefined ? 'none' : typeof value === 'string' ? value : JSON.stringify(value)
}

/** Says whether a variable is set. */
function showSet(value: string | undefined, isSecond = false): string {
  if (value === undefined) return 'none'
  return isSecond ? 'another value' : 'a value'
}
