import { type FSWatcher, statSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'

/** Files whose change makes a service out of date. */
export interface WatchedFiles {
  /** Have they changed since the service began? Looks at each. */
  haveChanged(): boolean
  end(): void
}

/** How files are now: what is told again when none has changed. */
export function signaturesOf(files: readonly string[]): string[] {
  return files.map(signature)
}

/**
 * Watches files: their folders, in fact, since most programs put a new file into the place of the old one.
 * @param first their signatures when the service began.
 */
export function watchFiles(files: readonly string[], first: readonly string[], onChange: () => void): WatchedFiles {
  const haveChanged = (): boolean => files.some((file, index) => signature(file) !== first[index])
  const watchers = [...new Set(files.map(dirname))].flatMap((folder): FSWatcher[] => {
    const names = new Set(files.filter((file) => dirname(file) === folder).map((file) => basename(file)))
    try {
      const watcher = watch(folder, { persistent: false }, (_, name) => {
        if ((name === null || names.has(name)) && haveChanged()) onChange()
      })
      return [watcher.on('error', () => {})]
    } catch {
      // A folder that is not there yet: each new connection looks.
      return []
    }
  })
  return {
    haveChanged,
    end: () => {
      for (const watcher of watchers) watcher.close()
    },
  }
}

/** What changes when a file does; '' when it is not there. */
function signature(file: string): string {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? '' : `${stats.ino}:${stats.size}:${stats.mtimeNs}`
}
