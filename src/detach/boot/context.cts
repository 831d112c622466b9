import type { DaemonContext } from '../context.ts'
import type { Birth } from './birth.cts'

/** Makes a daemon's context. */
export function makeContext(birth: Pick<Birth, 'line' | 'alive'>): DaemonContext {
  const { line } = birth
  let signal: AbortSignal | undefined
  return {
    pid: process.pid,
    get signal() {
      signal ??= stopSignal()
      return signal
    },
    ready: () => line.ready(),
    status: (text) => line.report({ kind: 'status', text: String(text) }),
    alive: () => birth.alive(),
    onReload: (listener) => {
      const onHangUp = (): void => void listener()
      process.on('SIGHUP', onHangUp)
      return () => void process.off('SIGHUP', onHangUp)
    },
  }
}

/** Makes a signal that SIGTERM and SIGINT abort. */
function stopSignal(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => controller.abort(name))
  return controller.signal
}
