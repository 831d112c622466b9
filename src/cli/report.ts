import { DaemonicError, InvalidOptionError, SpecDiffersError, StartError, StartTimeoutError } from '../errors.ts'
import type { Given } from './command.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import { OutputError, printError } from './print.ts'

/**
 * Tells of an error on standard error: a sentence that names the daemon, or JSON under --json.
 * @param name the daemon that it is about.
 * @returns the exit code.
 */
export async function report(error: unknown, given: Pick<Given, 'options' | 'has'>, name?: string): Promise<number> {
  const message = sentenceOf(error, given, name)
  await printError(given.has('json') ? JSON.stringify(describe(error, message, name)) : `daemonic: ${message}`)
  return error instanceof DaemonicError ? exitCodeOf[error.code] : exitCodes.failed
}

/** The sentence for an error. */
function sentenceOf(error: unknown, given: Pick<Given, 'options'>, name: string | undefined): string {
  const message = messageOf(error, given)
  const words = message.split('\n', 1)[0]?.split(/[^\w.-]+|[.](?= |$)/) ?? []
  const isNamed = name === undefined || words.includes(name) || error instanceof OutputError
  const named = isNamed ? message : `${name}: ${message}`
  if (!(error instanceof SpecDiffersError)) return named
  return `${named}\nTo have it so: daemonic restart ${error.daemon} [OPTION]... -- SCRIPT|COMMAND [ARGUMENT]...`
}

/** What an error says, in the words of the command line. What is no error of ours and none of the system is a bug: with its stack. */
function messageOf(error: unknown, { options }: Pick<Given, 'options'>): string {
  if (!(error instanceof Error)) return String(error)
  if (error instanceof InvalidOptionError) {
    const [path = '', first] = [error.option.split('[', 1)[0], error.option.split(/[.[]/, 1)[0]]
    const option = options.find(({ sets }) => sets === path) ?? options.find(({ sets }) => sets === first)
    return option === undefined ? error.message : error.message.replace(error.option, `--${option.name}`)
  }
  if (error instanceof StartTimeoutError) return error.message.replace('(startTimeout)', '(--start-timeout)')
  const isKnown = error instanceof DaemonicError || error instanceof OutputError || 'syscall' in error
  return isKnown ? error.message : (error.stack ?? error.message)
}

/** An error as data. */
function describe(error: unknown, message: string, name: string | undefined): { error: Record<string, unknown> } {
  const source = error instanceof OutputError ? error.cause : error
  const code = (source as NodeJS.ErrnoException).code ?? 'FAILED'
  const { pid, daemon = name, option, pidFile } = error as Record<string, unknown>
  const start =
    error instanceof StartError
      ? { step: error.step, exitCode: error.exitCode, signal: error.signal, output: error.output }
      : {}
  const differences = error instanceof SpecDiffersError ? { differences: error.differences } : {}
  return { error: { code, message, daemon, pid, option, pidFile, ...start, ...differences } }
}
