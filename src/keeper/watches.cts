import { watchLife } from './watch-life.cjs'
import { watchState } from './watch-state.cjs'

/** What tells the keeper that there is something new of a daemon. */
export interface Watches {
  /** Hears of the end of the life that goes on. */
  beginLife(): void
  endLife(): void
  /** Is there somebody who will tell of it? */
  hasLife(): boolean
  /** Hears of changes of its state; once is enough. */
  beginState(): void
  /** Looks once more by itself, or does something else then; only the last one counts. */
  lookLater(milliseconds: number): void
  later(milliseconds: number, act: () => void): void
  end(): void
}

/** Makes the watches of a daemon, each of which has it looked at. */
export function makeWatches(folder: string, look: () => void): Watches {
  let life: (() => void) | undefined
  let state: (() => void) | undefined
  let timer: NodeJS.Timeout | undefined
  const endLife = (): void => {
    life?.()
    life = undefined
  }
  const later = (milliseconds: number, act: () => void): void => {
    clearTimeout(timer)
    timer = setTimeout(act, milliseconds)
  }
  return {
    beginLife: () => {
      endLife()
      life = watchLife(folder, () => {
        life = undefined
        look()
      })
      // A FIFO that nobody has open any more tells of no end.
      setImmediate(look)
    },
    endLife,
    hasLife: () => life !== undefined,
    beginState: () => {
      state ??= watchState(folder, (hasEnded) => {
        if (hasEnded) state = undefined
        look()
      })
    },
    lookLater: (milliseconds) => later(milliseconds, look),
    later,
    end: () => {
      endLife()
      clearTimeout(timer)
      state?.()
    },
  }
}
