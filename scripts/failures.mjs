// A reporter for node:test: each failed test with its file and its error, as lines of JSON. What the reporter for people prints is long.

const mostLines = 40

/** Tells of what failed. */
export default async function* failures(source) {
  for await (const { type, data } of source) {
    if (type !== 'test:fail') continue
    const { error } = data.details
    const cause = error?.cause ?? error
    const text = cause?.stack ?? cause?.message ?? String(cause)
    // A file fails with each of its tests; what it says of itself is of use only when it failed alone.
    if (/^\d+ subtests? failed$/.test(cause?.message ?? cause)) continue
    const lines = String(text).split('\n').slice(0, mostLines)
    yield `${JSON.stringify({ name: data.name, file: data.file ?? '', lines })}\n`
  }
}
