// The three verbs in one file, and the sides of a call behind import(): each file costs every start about half a
// millisecond, and neither side is of use to the other.
import type { Birth } from '../detach/boot/birth.cts'
import type { DaemonContext } from '../detach/context.ts'
import { DaemonicError } from '../errors.ts'
import type { DaemonOptions } from '../options/types.ts'
import type { Daemonizer } from './daemonizer.ts'
import type { Call } from './work.ts'

/**
 * Goes on as a daemon: the code after this call runs in the daemon, and only there.
 *
 * The first process, the launcher, runs this program once more, detached, up to this call; it waits until the daemon is
 * ready, and exits with 0. What was printed before the call is printed once, by the launcher.
 * @param options how; everything has a default.
 * @returns in the daemon: what it can say and be told.
 * @throws {DaemonicError} in the launcher, when there will be no daemon: see the class and `code`. Nothing is left running.
 */
export async function createDaemon(options?: DaemonOptions): Promise<DaemonContext> {
  const call: Call = { verb: 'createDaemon', name: '' }
  const birth = findBirth()
  if (birth === undefined) return (await import('./launch-daemon.ts')).launchDaemon(call, options, [])
  const { arrive } = await import('./arrive.ts')
  const { context, isReadyAtOnce } = await arrive(birth, call)
  if (isReadyAtOnce) context.ready()
  return context
}

/**
 * Runs a function as a daemon, with the launcher's arguments; the code after this call runs in the daemon, and only there.
 * @param fn the function. It runs in the daemon alone.
 * @param options how; everything has a default.
 * @param args its arguments, carried over by structured clone.
 * @returns in the daemon: what the function returns.
 * @throws {DaemonicError} in the launcher, when there will be no daemon; what the function throws before the daemon is ready is
 * its `cause`. In the daemon: what the function throws.
 */
export function daemonizeFunc<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
  options?: DaemonOptions,
  ...args: Args
): Promise<Awaited<Result>> {
  return runAsDaemon({ verb: 'daemonizeFunc', name: fn.name }, fn, options, args)
}

/**
 * Makes a wrapper that runs a function as a daemon each time it is called; it is a method decorator as well.
 * @param options how; the same as those of createDaemon().
 * @returns the wrapper. What it makes behaves as daemonizeFunc(), with the arguments it is called with.
 * @throws {DaemonicError} INVALID_OPTION, when it decorates something else than a method.
 */
export function daemonize(options?: DaemonOptions): Daemonizer {
  const daemonizer = (value: unknown, context?: unknown, descriptor?: unknown): unknown => {
    const experimental = descriptor as { value?: unknown } | undefined
    const fn = experimental === undefined ? value : experimental.value
    if (typeof fn !== 'function' || !isMethodOrFunction(context)) throw notAMethod()
    const wrapped = wrap(fn as AnyFunction, options)
    if (experimental === undefined) return wrapped
    experimental.value = wrapped
    return undefined
  }
  return daemonizer as Daemonizer
}

/**
 * The context of this daemon.
 * @throws {DaemonicError} NOT_A_DAEMON, in a process that is none, and before the call.
 */
export function currentDaemon(): DaemonContext {
  const birth = findBirth()
  if (birth?.hasArrived === true) return birth.context
  throw new DaemonicError('NOT_A_DAEMON', 'currentDaemon(): this process is no daemon, or has not reached the call yet')
}

/** Launches, or runs the function when this process is the daemon. */
async function runAsDaemon<Args extends readonly unknown[], Result>(
  call: Call,
  fn: (...args: Args) => Result,
  options: DaemonOptions | undefined,
  args: Args,
): Promise<Awaited<Result>> {
  const birth = findBirth()
  if (birth === undefined) return (await import('./launch-daemon.ts')).launchDaemon(call, options, args)
  const { arrive } = await import('./arrive.ts')
  const { runFunction } = await import('./run-function.ts')
  return runFunction(birth, await arrive(birth, call), fn)
}

/**
 * Finds what this process was born with, when it is a daemon of this very copy of the package; nothing otherwise.
 * The boot leaves it under a symbol that has the name of its file: the global object is the one thing that CommonJS and
 * modules share without loading anything. (Asking require.cache costs the import of node:module, a third of our own.)
 */
function findBirth(): Birth | undefined {
  const boot = new URL('../detach/boot/boot.entry.cjs', import.meta.url).href
  return (globalThis as Record<symbol, unknown>)[Symbol.for(boot)] as Birth | undefined
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

/** Wraps a function: same name, same `this`, runs as a daemon. */
function wrap(fn: AnyFunction, options: DaemonOptions | undefined): AnyFunction {
  const call = { verb: 'daemonize', name: fn.name } as const
  const wrapped = function (this: unknown, ...args: unknown[]): Promise<unknown> {
    return runAsDaemon(call, fn.bind(this), options, args)
  }
  return Object.defineProperty(wrapped, 'name', { value: fn.name, configurable: true })
}

/** Is it a plain call, an experimental decorator's key, or the context of a standard decorator of a method? */
function isMethodOrFunction(context: unknown): boolean {
  return typeof context !== 'object' || context === null || (context as { kind?: unknown }).kind === 'method'
}

/** The error for a decorated class, field or accessor. */
function notAMethod(): DaemonicError {
  return new DaemonicError(
    'INVALID_OPTION',
    'Expected @daemonize() to be at a method, or daemonize()() to be given a function',
  )
}
