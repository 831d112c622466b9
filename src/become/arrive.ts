// One file for all that the daemon does at every call, for the reason that verbs.ts gives.
import { closeSync, constants, openSync } from 'node:fs'
import type { Birth } from '../detach/boot/birth.cts'
import type { DaemonContext } from './context.ts'
import type { Call, Work } from './work.ts'

export interface Arrival {
  context: DaemonContext
  /** Is the daemon ready as soon as its code runs, and not when it says so? */
  isReadyAtOnce: boolean
}

let hasArrived = false

/**
 * The daemon's side of the call: does what the options ask for, in the order of daemon(7).
 * A step that fails is told to the launcher, and thrown.
 */
export async function arrive(birth: Birth, call: Call): Promise<Arrival> {
  if (hasArrived) throw (await import('./refusals.ts')).secondCall(call)
  hasArrived = true
  const work = birth.message.work as Work
  birth.line.at('call')
  try {
    await settle(birth, work, call)
  } catch (error) {
    birth.line.failed(error)
    throw error
  }
  birth.line.at('run')
  return { context: makeContext(birth), isReadyAtOnce: work.options.ready === 'auto' }
}

/** Turns this process into what the options ask for. */
async function settle({ line }: Birth, work: Work, call: Call): Promise<void> {
  const { nice, umask, workingDir, title, user, group } = work.options
  if (!isSame(work.call, call)) throw (await import('./refusals.ts')).otherCall(work.call, call)
  line.enter('nice')
  if (nice !== undefined) (await import('./niced.ts')).checkNice(nice)
  line.enter('umask')
  process.umask(umask)
  line.enter('workingDir')
  changeDirectory(workingDir)
  line.enter('streams')
  redirect(1, work.stdout.fd)
  redirect(2, work.stderr.fd)
  line.enter('title')
  if (title !== undefined) process.title = title
  line.enter('privileges')
  if (user !== undefined || group !== undefined) (await import('./privileges.ts')).dropPrivileges(work)
}

/** Is this the call that the launcher made? */
function isSame(expected: Call, reached: Call): boolean {
  return expected.verb === reached.verb && expected.name === reached.name
}

/** Changes the working directory, and the variable that says where it is. */
function changeDirectory(path: string): void {
  process.chdir(path)
  if (process.env['PWD'] !== undefined) process.env['PWD'] = path
}

/**
 * Makes descriptor `target` (1 or 2) lead to the file that is open at `source`, and closes `source`.
 * Node has no dup2(2), but open(2) takes the lowest number that is free, and that is the one closed just before.
 * @throws when another thread opened a file in between and got the number.
 */
function redirect(target: 1 | 2, source: number): void {
  const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_NOCTTY
  closeSync(target)
  const got = openSync(`/dev/fd/${source}`, flags)
  if (got !== target) {
    closeSync(got)
    throw new Error(`descriptor ${target} was taken by another thread while it was being replaced`)
  }
  closeSync(source)
}

/** Makes a daemon's context. */
function makeContext({ line }: Birth): DaemonContext {
  let signal: AbortSignal | undefined
  return {
    pid: process.pid,
    get signal() {
      signal ??= stopSignal()
      return signal
    },
    ready: () => line.ready(),
    status: (text) => line.report({ kind: 'status', text: String(text) }),
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
