/** Takes items from an iterator as the other end has room for them. */
export interface Pump {
  /** Runs to the end of the iterator; gives what it returned. */
  run(): Promise<unknown>
  credit(bytes: number): void
  /** Nobody reads it any more: the iterator is told, and the run ends. */
  leave(): void
}

/**
 * Makes a pump.
 * @param send sends an item, and gives how many bytes it took.
 * @param window how many bytes may be on their way at once.
 */
export function makePump(
  iterator: AsyncIterator<unknown>,
  send: (value: unknown) => Promise<number>,
  window: number,
): Pump {
  let room = window
  let hasLeft = false
  let wake = (): void => {}

  const end = async (): Promise<undefined> => {
    await iterator.return?.()
    return undefined
  }
  return {
    run: async () => {
      try {
        for (;;) {
          while (room <= 0 && !hasLeft) {
            await new Promise<void>((resolve) => {
              wake = resolve
            })
          }
          if (hasLeft) return await end()
          const { done, value } = await iterator.next()
          if (done === true) return value
          if (hasLeft) return await end()
          room -= await send(value)
        }
      } catch (error) {
        // An item that can't be sent ends the stream, and the generator has to hear of it.
        await end().catch(() => {})
        throw error
      }
    },
    credit: (bytes) => {
      if (!(bytes >= 0)) throw new TypeError('this is no number of bytes')
      // Who takes more than was sent is no reader of ours: there is no more room for that.
      room = Math.min(window, room + bytes)
      wake()
    },
    leave: () => {
      hasLeft = true
      wake()
      // One that waits in a next() hears of it when that is over, or at once, if it is no generator.
      end().catch(() => {})
    },
  }
}
