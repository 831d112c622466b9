import { type FSWatcher, readFileSync, type Stats, statSync, watch } from 'node:fs'
import type { Rotation } from '../options/types.ts'
import { nextSpan } from './next-span.cjs'
import { leastPause, pauseFor } from './pause.cjs'

/** How long is waited when a rotation failed. */
const afterFailure = 10_000

/** A timer can't wait for weeks; and who sets the clock shall be noticed the same day. */
const longest = 86_400_000

/**
 * Sees when a log is due to be rotated. At one that nobody writes to nobody looks: the kernel tells of the first write, and from then on it
 * is looked how fast the log grows, until it does no more.
 * @param onDue rotates it, as a whole when its time has come, and else as far as it is too large; is not called again before it is done.
 */
export function watchLog(
  path: string,
  { size, every }: Pick<Rotation, 'size' | 'every'>,
  onDue: (whole: boolean) => Promise<unknown>,
): { end(): void } {
  let watcher: FSWatcher | undefined
  let timer: NodeJS.Timeout | undefined
  let clock: NodeJS.Timeout | undefined
  let isOver = false
  let isRotating = false
  /** Since when what is in the log has waited. */
  let began = lastRotation(path) ?? lookAt(path)?.birthtimeMs ?? Date.now()
  let known = { size: 0, at: 0 }

  const wait = (milliseconds: number): void => {
    clearTimeout(timer)
    timer = isOver ? undefined : setTimeout(look, milliseconds)
  }
  const rotate = (whole: boolean): void => {
    if (isRotating) return
    isRotating = true
    watcher?.close()
    clearTimeout(timer)
    const goOn = (pause: number): void => {
      isRotating = false
      wait(pause)
    }
    onDue(whole).then(
      () => goOn(leastPause),
      () => goOn(afterFailure),
    )
  }
  const rest = (): void => {
    const wake = (): void => {
      watcher?.close()
      // From now on it grows, and not since it was last looked at.
      known = { ...known, at: performance.now() }
      wait(leastPause)
    }
    try {
      watcher = watch(path, wake).on('error', () => {})
      if (lookAt(path)?.size !== known.size) wake()
    } catch {
      // It was removed. Who writes to it has it open still, and at the next start there is a new one.
    }
  }
  const look = (): void => {
    const now = lookAt(path)?.size
    if (now === undefined) return
    const before = known
    known = { size: now, at: performance.now() }
    if (now > size) rotate(false)
    else if (now === before.size) rest()
    else wait(pauseFor(now - before.size, known.at - before.at, size - now))
  }
  const awaitSpan = (): void => {
    if (every === undefined || isOver) return
    const left = nextSpan(every, Math.max(began, lastRotation(path) ?? 0)) - Date.now()
    clock = setTimeout(left > 0 ? awaitSpan : onSpan, Math.min(Math.max(left, 0), longest))
  }
  const onSpan = (): void => {
    began = Date.now()
    if ((lookAt(path)?.size ?? 0) > 0) rotate(true)
    awaitSpan()
  }
  look()
  awaitSpan()
  return {
    end: () => {
      isOver = true
      clearTimeout(timer)
      clearTimeout(clock)
      watcher?.close()
    },
  }
}

/** When a log was rotated last; nothing when it never was. */
function lastRotation(path: string): number | undefined {
  try {
    const { rotatedAt } = JSON.parse(readFileSync(`${path}.rotation`, 'utf8'))
    return typeof rotatedAt === 'number' ? rotatedAt : undefined
  } catch {
    return undefined
  }
}

/** Looks at a log; nothing when it is gone. */
function lookAt(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false })
}
