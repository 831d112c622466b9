import { getPriority } from 'node:os'

/** Refuses a niceness that nice(1) could not set: it only warns, and goes on. */
export function checkNice(nice: number | undefined): void {
  if (nice === undefined || getPriority() === nice) return
  throw new Error(`nice: ${nice} could not be set, it is ${getPriority()}; only root may lower it`)
}
