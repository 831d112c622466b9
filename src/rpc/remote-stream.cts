import type { RemoteStream } from './types.ts'

/** Who is told what becomes of a stream by who reads it. */
export interface StreamListener {
  /** So many bytes were taken. */
  onTaken(bytes: number): void
  /** It is read no more. */
  onLeft(): void
}

/** The end of a stream at which items come in. */
export interface StreamEnd {
  push(value: unknown, bytes: number): void
  close(value: unknown): void
  fail(error: unknown): void
  /** Goes on as another stream does; what is none is an error for who reads. */
  follow(other: unknown): void
}

type Result = IteratorResult<unknown, undefined>

interface Reader {
  resolve(result: Result): void
  reject(error: unknown): void
}

/** Makes a stream, and the end at which it is fed. */
export function makeRemoteStream(listener: StreamListener): { remote: RemoteStream<unknown>; end: StreamEnd } {
  const items: { value: unknown; bytes: number }[] = []
  const readers: Reader[] = []
  let state: 'open' | 'closed' | 'failed' = 'open'
  let failure: unknown
  let returned: unknown
  let other: RemoteStream<unknown> | undefined

  const finish = (how: 'closed' | 'failed'): void => {
    if (state !== 'open') return
    state = how
    for (const reader of readers.splice(0)) settle(reader)
  }
  /** Answers who waits when there is nothing more to come. */
  const settle = (reader: Reader): void => {
    if (state === 'failed') {
      // As a generator does: it throws once, and is over then.
      state = 'closed'
      reader.reject(failure)
      return
    }
    const value = returned as undefined
    returned = undefined
    reader.resolve({ done: true, value })
  }

  const remote: RemoteStream<unknown> = {
    next: () => {
      if (other !== undefined) return other.next()
      const item = items.shift()
      if (item !== undefined) {
        listener.onTaken(item.bytes)
        return Promise.resolve({ done: false, value: item.value })
      }
      return new Promise((resolve, reject) => {
        const reader = { resolve, reject }
        if (state === 'open') readers.push(reader)
        else settle(reader)
      })
    },
    return: async () => {
      if (other !== undefined) return other.return()
      const wasOpen = state === 'open'
      items.length = 0
      returned = undefined
      finish('closed')
      state = 'closed'
      if (wasOpen) listener.onLeft()
      return { done: true, value: undefined }
    },
    [Symbol.asyncIterator]: () => remote,
    [Symbol.asyncDispose]: async () => void (await remote.return()),
  }
  const end: StreamEnd = {
    push: (value, bytes) => {
      if (state !== 'open') return
      const reader = readers.shift()
      if (reader === undefined) items.push({ value, bytes })
      else {
        listener.onTaken(bytes)
        reader.resolve({ done: false, value })
      }
    },
    close: (value) => {
      // One that was left is over, without what it would have returned.
      if (state === 'open') returned = value
      finish('closed')
    },
    fail: (error) => {
      failure = error
      finish('failed')
    },
    follow: (stream) => {
      if (!isStream(stream)) return end.fail(new TypeError('the method gives no stream: await its result'))
      if (state !== 'open') return void stream.return()
      other = stream
      for (const reader of readers.splice(0)) stream.next().then(reader.resolve, reader.reject)
    },
  }
  return { remote, end }
}

/** Is this a stream that comes from elsewhere? No value is that was cloned. */
function isStream(value: unknown): value is RemoteStream<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}
