import { DaemonicError } from '../errors.ts'

/** Refuses systems on which there is nothing to become a daemon with, in one sentence. */
export function requireUnix(): void {
  const runtime = Object.keys(process.versions).find((name) => name === 'bun' || name === 'deno')
  if (runtime !== undefined) {
    throw new DaemonicError('UNSUPPORTED_PLATFORM', `daemonic needs Node 20 or newer; this is ${runtime}`)
  }
  if (process.platform !== 'linux' && process.platform !== 'darwin') {
    const remedy = process.platform === 'win32' ? '; on Windows, run it in WSL, or as a service' : ''
    throw new DaemonicError(
      'UNSUPPORTED_PLATFORM',
      `daemonic needs Linux or macOS; this is ${process.platform}${remedy}`,
    )
  }
}
