import { fileURLToPath } from 'node:url'
import type { Prelude } from '../detach/message.ts'

/** Has the daemon write its pid into the pid file whose lock it holds. */
export function keepPidFile(fd: number, path: string): Prelude {
  return { module: fileURLToPath(new URL('./boot/pid-file.cjs', import.meta.url)), data: { fd, path } }
}

/** Has the daemon say that it is alive, more often than each `interval` milliseconds. */
export function keepAlive(folder: string, interval: number, isCommand: boolean): Prelude {
  return {
    module: fileURLToPath(new URL('./boot/keep-alive.cjs', import.meta.url)),
    data: { folder, interval, isCommand },
  }
}
