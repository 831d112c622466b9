import { type ChildProcess, spawn } from 'node:child_process'
import { readCredentials, readEnvironment } from '../../system/process-surroundings.cjs'
import { readInstance, readProcessTable } from '../../system/process-table.cjs'
import type { Check } from './check.cts'
import { showOutput, showTime } from './show.cjs'
import type { Watched } from './types.ts'

/** More of what a check writes is not kept. */
const mostOutput = 2048

/** How long the last output of a check that has ended is waited for, and the end of one that was killed, in milliseconds. */
const patience = 100

/** Makes a check that runs a command: it is well when that ends with 0. */
export function makeCommandCheck(words: readonly string[], timeout: number, watched: Watched): Check {
  let end = (): void => {}
  return {
    end: () => end(),
    run: async () => {
      const child = start(words, watched)
      const output = keepOutput(child)
      end = () => endGroup(child, watched)
      const problem = await waitForEnd(child, timeout, watched)
      end = () => {}
      if (problem === undefined) return undefined
      const said = output().trim() === '' ? '' : `; its last output: ${showOutput(output())}`
      return `'${showOutput(words.join(' '), 100)}' ${problem}${said}`
    },
  }
}

/** Waits until a check has ended, at its timeout by force; resolves with what was wrong with that. */
function waitForEnd(child: ChildProcess, timeout: number, watched: Watched): Promise<string | undefined> {
  return new Promise((resolve) => {
    let isLate = false
    const settle = (problem: string | undefined): void => {
      clearTimeout(deadline)
      resolve(isLate ? `did not end within ${showTime(timeout)}` : problem)
    }
    let deadline = setTimeout(() => {
      isLate = true
      endGroup(child, watched)
      // What the kernel does not let go of is not waited for.
      deadline = setTimeout(settle, patience, undefined)
    }, timeout)
    child.once('error', (error: NodeJS.ErrnoException) => settle(`could not be started (${error.code})`))
    child.once('exit', (code, signal) => {
      const how = signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`
      whenWritten(child, watched, () => settle(code === 0 ? undefined : how))
    })
  })
}

/** Starts the command, as the daemon's user, where the daemon works, in a session of its own. Its mark is the daemon's: a stop ends it, too. */
function start([file = '', ...args]: readonly string[], { pid, env, workingDir, instance }: Watched): ChildProcess {
  const environment = { ...(env ?? readEnvironment(pid) ?? process.env), DAEMONIC_INSTANCE: instance }
  const account = process.geteuid?.() === 0 ? readCredentials(pid) : undefined
  return spawn(file, args, {
    ...{ cwd: workingDir, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true },
    ...(account === undefined || account.uid === 0 ? {} : account),
  })
}

/** Keeps the last that a process writes. */
function keepOutput({ stdout, stderr }: ChildProcess): () => string {
  let last = Buffer.alloc(0)
  for (const stream of [stdout, stderr]) {
    stream?.on('data', (part: Buffer) => {
      last = Buffer.concat([last, part.subarray(-mostOutput)]).subarray(-mostOutput)
    })
    stream?.on('error', () => {})
  }
  return () => last.toString('utf8')
}

/** Waits until all that it wrote has come in. What it left behind holds its pipes, and is ended. */
function whenWritten(child: ChildProcess, watched: Watched, callback: () => void): void {
  const timer = setTimeout(() => {
    endSession(child.pid as number, watched)
    release(child)
    callback()
  }, patience)
  child.once('close', () => {
    clearTimeout(timer)
    callback()
  })
}

/** Ends a check that goes on, its whole process group first, and who has left that. */
function endGroup(child: ChildProcess, watched: Watched): void {
  const { pid, exitCode, signalCode } = child
  if (pid === undefined) return
  // Until its end was heard of, the number is its own.
  if (exitCode === null && signalCode === null) tryKill(-pid)
  endSession(pid, watched)
  release(child)
}

/** Ends who is left in the session of a check. Its number alone proves nothing, but with the daemon's mark it does. */
function endSession(session: number, { instance }: Watched): void {
  const rows = [...readProcessTable().values()].filter((row) => row.session === session)
  for (const { pid } of rows) if (readInstance(pid) === instance) tryKill(pid)
}

/** Lets go of the pipes, whoever else has them. */
function release({ stdout, stderr }: ChildProcess): void {
  stdout?.destroy()
  stderr?.destroy()
}

/** Kills; who is gone is what was wanted. */
function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // See above.
  }
}
