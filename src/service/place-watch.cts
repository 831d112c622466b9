import { chmodSync, type FSWatcher, lstatSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import { identityOf, type Listening } from './listen.cjs'

/** How long it is waited, in milliseconds, before a change is looked at: who removes a folder removes what is in it first. */
const patience = 100

/**
 * Watches the place of a service: its socket, which is made anew when it is gone or something else stands there, and its lock, by
 * which the folder is known: without it nobody will ever find the service. The kernel tells of it: nothing is asked again and again. Of the socket itself,
 * since the folder has a log that changes with each line.
 */
export function watchPlace(listening: Listening, folder: string, onRemoved: () => void): { end(): void } {
  const { path: socket } = listening
  const lock = join(folder, 'lock')
  const ownLock = identityOf(lock)
  let watcher: FSWatcher | undefined
  let timer: NodeJS.Timeout | undefined
  let hasEnded = false

  const look = async (): Promise<void> => {
    timer = undefined
    if (hasEnded) return
    if (ownLock === '' || identityOf(lock) !== ownLock) return onRemoved()
    if (identityOf(socket) !== listening.identity()) {
      watcher?.close()
      try {
        await listening.again()
      } catch {
        // Not even that can be made anew: a folder that is being removed, a full disk.
        return onRemoved()
      }
      begin()
    } else if ((lstatSync(socket).mode & 0o777) !== 0o600) chmodSync(socket, 0o600)
  }
  const lookSoon = (): void => {
    timer ??= setTimeout(() => void look(), patience)
  }
  const begin = (): void => {
    if (hasEnded) return
    watcher = watchOne(socket, lookSoon) ?? watchOne(dirname(socket), lookSoon)
    // What changed between the look and the watch was not told.
    if (ownLock === '' || identityOf(socket) !== listening.identity()) lookSoon()
  }
  begin()
  const folderWatcher = watchOne(lock, lookSoon)
  return {
    end: () => {
      hasEnded = true
      clearTimeout(timer)
      watcher?.close()
      folderWatcher?.close()
    },
  }
}

/** Watches a path; nothing where the system can't. */
function watchOne(path: string, onChange: () => void): FSWatcher | undefined {
  try {
    return watch(path, { persistent: false }, onChange).on('error', onChange)
  } catch {
    return undefined
  }
}
