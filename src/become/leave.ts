/**
 * Ends the launcher, as the seed's first fork does: exit code 0, and nothing printed. Exiting throws away what is still
 * on its way into a pipe, so it is waited for; what was printed before the call is the launcher's to print.
 */
export async function leave(): Promise<never> {
  await Promise.all([process.stdout, process.stderr].map(flushed))
  process.exit(0)
}

/** Waits until all that was written is written, or can't be. */
function flushed(stream: NodeJS.WriteStream): Promise<void> | undefined {
  if (stream.writableLength === 0) return undefined
  return new Promise((resolve) => {
    stream.write('', () => resolve())
  })
}
