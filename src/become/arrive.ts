import type { Birth } from '../detach/boot/birth.cts'
import { redirect } from '../detach/redirect.ts'
import { DaemonicError } from '../errors.ts'
import { checkNice } from './check-nice.ts'
import { type DaemonContext, setCurrentDaemon } from './context.ts'
import { makeContext } from './make-context.ts'
import { dropPrivileges } from './privileges.ts'
import { type Call, showCall, type Work } from './work.ts'

export interface Arrival {
  context: DaemonContext
  /** Is the daemon ready as soon as its code runs, and not when it says so? */
  isReadyAtOnce: boolean
}

const arrived = new WeakSet<Birth>()

/**
 * The daemon's side of the call: does what the options ask for, in the order of daemon(7).
 * Each step that fails is told to the launcher, and thrown.
 */
export function arrive(birth: Birth, call: Call): Arrival {
  refuseSecondCall(birth, call)
  const { line } = birth
  const work = birth.message.work as Work
  const { options } = work
  const step = (name: string, action: () => void): void => {
    line.at(name)
    line.attempt(action)
  }
  step('call', () => checkCall(work.call, call))
  step('nice', () => checkNice(options.nice))
  step('umask', () => process.umask(options.umask))
  step('workingDir', () => changeDirectory(options.workingDir))
  step('streams', () => redirect(1, work.stdout.fd))
  step('streams', () => redirect(2, work.stderr.fd))
  step('title', () => setTitle(options.title))
  step('privileges', () => dropPrivileges(work))
  line.at('run')
  const context = makeContext(birth)
  setCurrentDaemon(context)
  return { context, isReadyAtOnce: options.ready === 'auto' }
}

/** Refuses to become a daemon twice: to run again up to the second call is to meet the first. */
function refuseSecondCall(birth: Birth, call: Call): void {
  if (arrived.has(birth)) {
    throw new DaemonicError(
      'ALREADY_A_DAEMON',
      `${showCall(call)}: this process (pid ${process.pid}) is a daemon already`,
    )
  }
  arrived.add(birth)
}

/** Refuses another call than the launcher's. */
function checkCall(expected: Call, reached: Call): void {
  if (expected.verb === reached.verb && expected.name === reached.name) return
  throw new Error(
    `the launcher called ${showCall(expected)}, but run again as the daemon the program reached ${showCall(reached)}`,
  )
}

/** Changes the working directory, and the variable that says where it is. */
function changeDirectory(path: string): void {
  process.chdir(path)
  if (process.env['PWD'] !== undefined) process.env['PWD'] = path
}

/** Sets the title, when one is given. */
function setTitle(title: string | undefined): void {
  if (title !== undefined) process.title = title
}
