import { DaemonicError } from '../errors.ts'
import type { DaemonOptions } from '../options/types.ts'
import { runAsDaemon } from './daemonize-func.ts'

/** Turns functions and methods into ones that run as a daemon. */
export interface Daemonizer {
  /** A standard decorator, of a method that returns a promise. */
  <This, Args extends unknown[], Result extends Promise<unknown>>(
    method: (this: This, ...args: Args) => Result,
    context: ClassMethodDecoratorContext<This, (this: This, ...args: Args) => Result>,
  ): (this: This, ...args: Args) => Result
  /** A decorator of TypeScript's `experimentalDecorators`, of a method that returns a promise. */
  <Args extends unknown[], Result extends Promise<unknown>>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<(...args: Args) => Result>,
  ): void
  /** A wrapper of any function. */
  <This, Args extends unknown[], Result>(
    fn: (this: This, ...args: Args) => Result,
  ): (this: This, ...args: Args) => Promise<Awaited<Result>>
}

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown

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
