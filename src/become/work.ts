import type { NormalOptions } from '../options/types.ts'

/** Which call made the daemon: the daemon has to arrive at the same. */
export interface Call {
  verb: 'createDaemon' | 'daemonizeFunc' | 'daemonize'
  /** The function's name; '' when there is none. */
  name: string
}

/** Where a stream goes: the descriptor of the open log, and whether the launcher created the file. */
interface StreamWork {
  fd: number
  created: boolean
}

/** What the daemon has to do at the call. The launcher's options decide, not what the daemon's own run would make of them. */
export interface Work {
  call: Call
  stdout: StreamWork
  stderr: StreamWork
  options: Pick<NormalOptions, 'workingDir' | 'umask' | 'user' | 'group' | 'nice' | 'title' | 'ready'>
  /** Was the environment given? Then HOME and USER are left as they were given. */
  hasOwnEnvironment: boolean
}
