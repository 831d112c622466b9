import { closeSync, constants, openSync } from 'node:fs'
import { Socket } from 'node:net'

/**
 * Hears of the end of a kept daemon, by the FIFO that its waiter holds open.
 * @param onEnd called once: the waiter has ended, and with it, if nobody killed it, the daemon.
 * @returns what ends the watch; nothing, when there is no FIFO.
 */
export function watchLife(folder: string, onEnd: () => void): (() => void) | undefined {
  let fd: number
  try {
    fd = openSync(`${folder}/life`, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  } catch {
    return undefined
  }
  try {
    const socket = new Socket({ fd, readable: true, writable: false })
    let isWatched = true
    socket.on('error', () => {})
    socket.once('close', () => {
      if (isWatched) onEnd()
    })
    socket.resume()
    return () => {
      isWatched = false
      socket.destroy()
    }
  } catch {
    closeSync(fd)
    return undefined
  }
}
