import type { Link, LinkListener } from './link.cts'

/** Makes two links that lead to each other in this process. Frames come in later, as from elsewhere, and in their order. */
export function linkInProcess(limit: number): [Link, Link] {
  const one = makeEnd(limit)
  const other = makeEnd(limit)
  one.connect(other)
  other.connect(one)
  return [one.link, other.link]
}

interface End {
  link: Link
  connect(other: End): void
  take(frame: Buffer): void
  close(): void
}

/** Makes one of the two. */
function makeEnd(limit: number): End {
  let other: End
  let isOpen = true
  let arrived: Buffer[] = []
  let most = limit
  let holder: NodeJS.Timeout | undefined
  const deliver = (): void => {
    const frames = arrived
    arrived = []
    for (const frame of frames) {
      if (frame.length - 4 > most) close(new Error(`a frame of ${frame.length - 4} bytes, where ${most} are the most`))
      if (isOpen) link.listener.onBody(frame.subarray(4))
    }
  }
  const close = (error?: Error): void => {
    if (!isOpen) return
    isOpen = false
    link.listener.onEnd(error)
    setImmediate(() => other.close())
  }
  const link: Link = {
    listener: noListener,
    send: (frame) => {
      if (isOpen) other.take(frame)
    },
    waiting: () => 0,
    pause: () => {},
    resume: () => {},
    // Behind what was sent before it.
    end: () => void setImmediate(() => close()),
    destroy: () => void setImmediate(() => close()),
    // As a socket would: a call may wait for what keeps no process, such as a time limit.
    hold: (holds) => {
      clearInterval(holder)
      holder = holds ? setInterval(() => {}, longest) : undefined
    },
    setLimit: (bytes) => {
      most = bytes
    },
  }
  return {
    link,
    connect: (end) => {
      other = end
    },
    take: (frame) => {
      if (arrived.push(frame) === 1) setImmediate(deliver)
    },
    close,
  }
}

/** The longest time that a timer takes, in milliseconds. */
const longest = 2 ** 31 - 1

const noListener: LinkListener = { onBody: () => {}, onEnd: () => {} }
