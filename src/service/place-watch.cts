import { chmodSync, type FSWatcher, lstatSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'

/** What is done when the place of a service is not as it was. */
export interface PlaceListener {
  /** Its socket is gone, or something else is in its place: it is to be made anew. */
  onLost(): Promise<void>
  /** Its folder is gone, or another one: nobody will ever find it. */
  onRemoved(): void
}

/** How long it is waited, in milliseconds, before a change is looked at: who removes a folder removes what is in it first. */
const patience = 100

/**
 * Watches the socket and the folder of a service. The kernel tells of it: nothing is asked again and again. Of the socket itself,
 * since the folder has a log that changes with each line.
 */
export function watchPlace(socket: string, folder: string, listener: PlaceListener): { end(): void } {
  const lock = join(folder, 'lock')
  const ownLock = identityOf(lock)
  let ownSocket = identityOf(socket)
  let watcher: FSWatcher | undefined
  let timer: NodeJS.Timeout | undefined
  let hasEnded = false

  const look = async (): Promise<void> => {
    timer = undefined
    if (hasEnded) return
    if (identityOf(lock) !== ownLock) return listener.onRemoved()
    if (identityOf(socket) !== ownSocket) {
      watcher?.close()
      try {
        await listener.onLost()
      } catch {
        // Not even that can be made anew: a folder that is being removed, a full disk.
        return listener.onRemoved()
      }
      ownSocket = identityOf(socket)
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
    if (identityOf(socket) !== ownSocket) lookSoon()
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

/** Which file a path leads to; '' for none. */
function identityOf(path: string): string {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.dev}:${stats.ino}`
}
