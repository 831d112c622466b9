/**
 * Milliseconds since the system started, by a clock that nobody sets (CLOCK_MONOTONIC): it is the same for all processes, so that the next
 * keeper goes on with the times of this one.
 */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}
