import type { TestContext } from 'node:test'

/** Numbers from 0 to 1 that are the same again with the same seed, which is told: DAEMONIC_TEST_SEED gives it back. */
export function seededRandom(t: TestContext): () => number {
  let state = Number(process.env['DAEMONIC_TEST_SEED'] ?? Math.floor(Math.random() * 2 ** 31)) | 0
  t.diagnostic(`DAEMONIC_TEST_SEED=${state}`)
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** How often something is done at random that takes long: so often, and a quarter of that with a second Node in the same run. */
export function often(count: number): number {
  return process.env['DAEMONIC_TEST_AGAIN'] === undefined ? count : Math.ceil(count / 4)
}
