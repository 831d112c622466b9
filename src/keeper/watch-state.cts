import { type FSWatcher, watch } from 'node:fs'

/**
 * Hears of each change of a daemon's state, by the file alone: the folder has a log that changes with each line.
 * @param onChange called after a change, and when the file is another one, or gone: then the watch has ended.
 */
export function watchState(folder: string, onChange: (isOver: boolean) => void): (() => void) | undefined {
  let watcher: FSWatcher | undefined
  let timer: NodeJS.Immediate | undefined
  try {
    watcher = watch(`${folder}/state.json`, (kind) => {
      clearImmediate(timer)
      const isOver = kind === 'rename'
      if (isOver) watcher?.close()
      // One change comes as several events.
      timer = setImmediate(onChange, isOver)
    })
    watcher.on('error', () => {})
  } catch {
    return undefined
  }
  return () => {
    clearImmediate(timer)
    watcher?.close()
  }
}
