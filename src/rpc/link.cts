import type { Socket } from 'node:net'
import { type FrameReader, makeFrameReader } from './frame.cjs'

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
