/** Prints a text to standard output. A reader that left (`| head`) is no error. */
export function print(text: string): Promise<void> {
  return write(process.stdout, text)
}

/** Prints a sentence to standard error. */
export function printError(text: string): Promise<void> {
  return write(process.stderr, text.startsWith('Usage:') ? text : `daemonic: ${text}`)
}

/** May a stream be given colours? A terminal, and nobody said NO_COLOR. */
export function hasColors(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb'
}

/** Writes a text and a newline, and waits until it is gone. */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve) => {
    stream.on('error', () => resolve())
    stream.write(`${text}\n`, () => resolve())
  })
}
