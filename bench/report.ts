import { median, quartiles, type Times } from './measure.ts'

/** Prints a table of one of the times: median, middle half, and the ratio to the first row. */
export function report(
  title: string,
  results: Map<string, Times[]>,
  pick: (times: Times) => number | undefined,
): Map<string, number> {
  const medians = new Map<string, number>()
  let baseline: number | undefined
  console.log(`\n${title}`)
  for (const [name, all] of results) {
    const values = all.map(pick).filter((value) => value !== undefined)
    const value = median(values)
    const [low, high] = quartiles(values)
    baseline ??= value
    medians.set(name, value)
    const spread = `${low.toFixed(1)} to ${high.toFixed(1)}`
    console.log(
      `  ${name.padEnd(34)}${value.toFixed(1).padStart(8)} ms  (${spread})`.padEnd(72),
      (value / baseline).toFixed(3),
    )
  }
  return medians
}

/** Says whether a bound holds in this run. */
export function judge(what: string, value: number, bound: number, unit = ''): void {
  console.log(`  ${value <= bound ? 'ok ' : 'NOT'} ${what}: ${value.toFixed(3)}${unit}, at most ${bound}${unit}`)
}
