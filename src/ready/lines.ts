import type { Readable } from 'node:stream'

/** Calls back for each whole line of a stream. Resolves when the stream has ended, however it did. */
export function readLines(stream: Readable | undefined, onLine: (line: string) => void): Promise<void> {
  if (stream === undefined || stream.destroyed) return Promise.resolve()
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line)
  })
  return new Promise((resolve) => {
    stream.once('close', resolve)
  })
}
