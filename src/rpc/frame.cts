/** Cuts a stream of bytes into the bodies of frames. */
export interface FrameReader {
  /** The longest body that is taken. */
  limit: number
  /**
   * Takes bytes that came in, and gives each body that is whole to `onBody`, until that says stop (false).
   * @throws {FrameError} for a length over the limit: before any room is made for it.
   */
  push(chunk: Buffer): void
  /** Goes on with what came in before it was stopped. */
  resume(): void
  stop(): void
  /** Are there bytes of a body that is not whole yet? */
  isInside(): boolean
}

/** A frame that is longer than it may be: from here on the stream can't be read. */
export class FrameError extends Error {}

/** Makes a reader. What is only begun is kept in the pieces that it came in: a length that was only claimed takes no memory. */
export function makeFrameReader(limit: number, onBody: (body: Buffer) => void): FrameReader {
  let pieces: Buffer[] = []
  let have = 0
  let need = -1
  let stopped = false

  /** Takes so many bytes from the front. */
  const take = (count: number): Buffer => {
    const [first] = pieces
    if (first !== undefined && first.length >= count) {
      if (first.length === count) pieces.shift()
      else pieces[0] = first.subarray(count)
      have -= count
      return first.subarray(0, count)
    }
    const all = Buffer.concat(pieces, have)
    pieces = have === count ? [] : [all.subarray(count)]
    have -= count
    return all.subarray(0, count)
  }

  const drain = (): void => {
    while (!stopped) {
      if (need === -1) {
        if (have < 4) return
        need = take(4).readUInt32LE()
        if (need > reader.limit) throw new FrameError(`a frame of ${need} bytes, where ${reader.limit} are the most`)
      }
      if (have < need) return
      const body = take(need)
      need = -1
      onBody(body)
    }
  }

  const reader: FrameReader = {
    limit,
    push: (chunk) => {
      pieces.push(chunk)
      have += chunk.length
      drain()
    },
    resume: () => {
      stopped = false
      drain()
    },
    stop: () => {
      stopped = true
    },
    isInside: () => have > 0 || need !== -1,
  }
  return reader
}

/** Makes a frame of a body. */
export function frame(body: Buffer): Buffer {
  const whole = Buffer.allocUnsafe(body.length + 4)
  whole.writeUInt32LE(body.length)
  body.copy(whole, 4)
  return whole
}
