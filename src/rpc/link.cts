// Links and frames in one file: it is on a client's clock, where each file costs about half a millisecond.
import type { Socket } from 'node:net'

/** A way for frames to the other end and back. */
export interface Link {
  /** Sends a whole frame, its length included. After the end, it goes nowhere. */
  send(frame: Buffer): void
  /** How many bytes wait for the other end to take them. */
  waiting(): number
  /** Stops giving out bodies; what comes in meanwhile waits at the other end. */
  pause(): void
  resume(): void
  /** Sends what is on its way, then ends. */
  end(): void
  /** Ends at once. */
  destroy(): void
  /** Does it keep this process from ending? */
  hold(holds: boolean): void
  /** The longest body that is taken. */
  setLimit(bytes: number): void
  listener: LinkListener
}

/** Who hears of a link. */
export interface LinkListener {
  onBody(body: Buffer): void
  /** It is over, whoever ended it; nothing comes after this. */
  onEnd(error: Error | undefined): void
  /** What waited was taken. */
  onDrain?(): void
}

/** Makes a link of a socket. Frames of one turn of the event loop go out together. */
export function linkOver(socket: Socket, limit: number, listener: LinkListener): Link {
  let failure: Error | undefined
  let isCorked = false
  let isPaused = false
  const fail = (error: Error): void => {
    failure ??= error
    socket.destroy()
  }
  const reader: FrameReader = makeFrameReader(limit, (body) => link.listener.onBody(body))
  const attempt = (read: () => void): void => {
    try {
      read()
    } catch (error) {
      fail(error as Error)
    }
  }
  const uncork = (): void => {
    isCorked = false
    socket.uncork()
  }
  socket.on('data', (chunk: Buffer) => attempt(() => reader.push(chunk)))
  socket.on('drain', () => link.listener.onDrain?.())
  socket.on('error', (error) => {
    failure ??= error
  })
  socket.once('close', () => link.listener.onEnd(failure))
  const link: Link = {
    listener,
    send: (frame) => {
      if (!socket.writable) return
      if (!isCorked) {
        isCorked = true
        socket.cork()
        process.nextTick(uncork)
      }
      socket.write(frame)
    },
    waiting: () => socket.writableLength,
    pause: () => {
      isPaused = true
      reader.stop()
      socket.pause()
    },
    resume: () => {
      if (!isPaused) return
      isPaused = false
      attempt(() => reader.resume())
      // What had come in already may have been reason enough to stop again.
      if (!isPaused) socket.resume()
    },
    end: () => void socket.end(),
    destroy: () => void socket.destroy(),
    hold: (holds) => void (holds ? socket.ref() : socket.unref()),
    setLimit: (bytes) => {
      reader.limit = bytes
    },
  }
  return link
}

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
