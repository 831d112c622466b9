import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { basename, delimiter, join, resolve } from 'node:path'
import { StartError } from '../errors.ts'

/** What execvp(3) looks through when there is no PATH. */
const defaultPath = '/usr/local/bin:/usr/bin:/bin'

/**
 * Finds the file of a command, as execvp(3) would, and looks into what can be known before it is started.
 * @throws {StartError} in step 'exec', whose `cause` has the `code`: ENOENT, EACCES, ENOEXEC, ENOTDIR.
 */
export function findCommand(command: string, workingDir: string, path: string | undefined): string {
  const candidates = command.includes('/')
    ? [resolve(workingDir, command)]
    : (path ?? defaultPath).split(delimiter).map((folder) => join(resolve(workingDir, folder), command))
  const problems = new Set<string>()
  for (const file of candidates) {
    const problem = problemOf(file)
    if (problem === undefined) return checkFormat(command, file)
    problems.add(problem)
  }
  throw notStartable(
    command,
    problems.has('EACCES') ? 'EACCES' : command.includes('/') ? ([...problems][0] ?? 'ENOENT') : 'ENOENT',
  )
}

/** Why a file can't be executed, as an errno; nothing when it can. */
function problemOf(file: string): string | undefined {
  try {
    if (statSync(file).isDirectory()) return 'EACCES'
    accessSync(file, constants.X_OK)
    return undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'ENOENT'
  }
}

/**
 * Looks at how a file begins. The kernel says ENOENT of a script whose interpreter is missing, which names the wrong file;
 * and execvp(3) has the shell run whatever has no format that the kernel knows, also what is no text.
 */
function checkFormat(command: string, file: string): string {
  const head = readHead(file)
  const interpreter = /^#![ \t]*([^ \t\r\n]+)/.exec(head)?.[1]
  const carriageReturn = /^#![^\n]*\r\n/.test(head)
    ? ' (the line ends with a carriage return: convert the file to Unix line ends)'
    : ''
  if (interpreter !== undefined && (carriageReturn !== '' || problemOf(interpreter) !== undefined)) {
    throw notStartable(
      command,
      'ENOENT',
      `its first line asks for the interpreter ${interpreter}, which is not there${carriageReturn}`,
    )
  }
  const isProgram = /^(?:#!|\x7fELF|\xcf\xfa\xed\xfe|\xca\xfe\xba\xbe)/.test(head)
  if (!isProgram && (head === '' || head.split('\n', 1)[0]?.includes('\0'))) throw notStartable(command, 'ENOEXEC')
  return file
}

/** Reads how a file begins; a file that may be executed and not be read is left to the kernel. */
function readHead(file: string): string {
  try {
    const fd = openSync(file, 'r')
    const buffer = Buffer.alloc(256)
    const head = buffer.toString('latin1', 0, readSync(fd, buffer, 0, buffer.length, 0))
    closeSync(fd)
    return head
  } catch {
    return '#!/'
  }
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such program',
  ENOTDIR: 'there is no such program',
  EACCES: 'it may not be executed: chmod +x it, or give its interpreter as the command',
  ENOEXEC: 'it is no program that this system can run',
}

/** The error for a command that can't be started. */
function notStartable(command: string, code: string, reason = reasons[code] ?? 'it can not be started'): StartError {
  const cause = Object.assign(new Error(`spawn ${command} ${code}`), { code, path: command, syscall: 'spawn' })
  const path = command.includes('/') || code === 'EACCES' || reason !== reasons['ENOENT'] ? '' : ' on PATH'
  return new StartError(`${command}: ${reason}${path} (${code})`, { step: 'exec', output: '' }, cause)
}

/** Programs that stand between a signal and what it is meant for. */
const runners: Record<string, string> = {
  npm: 'npm passes signals on late or not at all, and hides the exit code: start what the script in package.json runs (its programs are in node_modules/.bin)',
  yarn: 'yarn passes signals on late or not at all, and hides the exit code: start what the script in package.json runs (its programs are in node_modules/.bin)',
  pnpm: 'pnpm passes signals on late or not at all, and hides the exit code: start what the script in package.json runs (its programs are in node_modules/.bin)',
}

/** Warns of commands that swallow signals. */
export function warnOf(command: string): string[] {
  const name = basename(command).replace(/(?:-cli)?\.c?js$/, '')
  return Object.hasOwn(runners, name) ? [runners[name] as string] : []
}
