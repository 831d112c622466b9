import type { Settlement } from '../detach/boot/settle.cts'

/** Which call made the daemon: the daemon has to arrive at the same. */
export interface Call {
  verb: 'createDaemon' | 'daemonizeFunc' | 'daemonize'
  /** The function's name; '' when there is none. */
  name: string
}

/** What the daemon has to do at the call. The launcher's options decide, not what the daemon's own run would make of them. */
export interface Work {
  call: Call
  settlement: Settlement
  /** 'auto': it is ready as soon as its code runs. 'manual': it says so. 'launcher': the launcher sees it from outside. */
  readyWhen: 'auto' | 'manual' | 'launcher'
}
