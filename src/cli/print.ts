/**
 * Prints a text and a newline to standard output, and waits until it is gone. A reader that left (`| head`) is no error.
 * @returns whether there is still somebody who reads.
 * @throws {OutputError} when it can't be written.
 */
export function print(text: string): Promise<boolean> {
  return write(`${text}\n`)
}

/** Writes a text or bytes as they are. */
export async function write(chunk: string | Uint8Array): Promise<boolean> {
  const error = await writeTo(process.stdout, chunk)
  if (error === undefined) return true
  if (error.code === 'EPIPE') return false
  throw new OutputError(error)
}

/** Prints a text to standard error. When that can't be written, there is nobody to tell. */
export async function printError(text: string): Promise<void> {
  await writeTo(process.stderr, `${text}\n`)
}

/** May a stream be given colours? A terminal, and nobody said NO_COLOR. */
export function hasColors(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
}

/** Standard output can't be written. */
export class OutputError extends Error {
  constructor(cause: NodeJS.ErrnoException) {
    const reason = cause.code === 'ENOSPC' ? 'there is no room left on the device (ENOSPC)' : cause.message
    super(`Standard output can't be written: ${reason}`, { cause })
  }
}

/** Writes, and says what went wrong. The stream tells of an error twice: by the callback, and by an event that must be heard. */
function writeTo(stream: NodeJS.WriteStream, chunk: string | Uint8Array): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    if (stream.listenerCount('error') === 0) stream.on('error', () => {})
    stream.write(chunk, (error) => resolve(error ?? undefined))
  })
}
