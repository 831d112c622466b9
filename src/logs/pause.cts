// CommonJS, because the keeper, which is small, looks when logs are due.

/** How often it is looked at a log that grows, in milliseconds: the sooner it will be due, the oftener. */
export const leastPause = 50
const mostPause = 1000

/**
 * How long is waited until the next look at a log: half of what it takes until it is due, when it grows on as fast as it did.
 * @param growth by how much it grew, in so many milliseconds; @param left by how much it may grow on.
 */
export function pauseFor(growth: number, milliseconds: number, left: number): number {
  const expected = growth <= 0 ? Infinity : (left / growth) * milliseconds
  return Math.min(Math.max(expected / 2, leastPause), mostPause)
}
