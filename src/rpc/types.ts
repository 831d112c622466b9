/** What a remote method, or a callback, takes the place of. */
type AnyFunction = (...args: never[]) => unknown

/** The names of what is a function. `then` is none: what has one is taken for a promise. */
type MethodNames<Methods> = {
  [Name in keyof Methods]: Name extends string
    ? Name extends 'then'
      ? never
      : Methods[Name] extends AnyFunction
        ? Name
        : never
    : never
}[keyof Methods]

/** A stream that comes from another process: read it in a loop, or take its items one by one. Leaving it ends it there, too. */
export interface RemoteStream<Item> extends AsyncIterableIterator<Item> {
  next(): Promise<IteratorResult<Item, undefined>>
  return(): Promise<IteratorResult<Item, undefined>>
  [Symbol.asyncIterator](): RemoteStream<Item>
  [Symbol.asyncDispose](): Promise<void>
}

/** What a method gives to who calls it from another process. */
type RemoteResult<Result> = [Awaited<Result>] extends [never]
  ? Promise<never>
  : Awaited<Result> extends AsyncIterable<infer Item>
    ? AsyncIterable<Item> & Promise<RemoteStream<Item>>
    : Promise<Awaited<Result>>

/** What a function gives that gives nothing. */
type Nothing = ReturnType<() => void> | undefined

/** A callback is called from another process: there it gives a promise, and has to be declared so, or to give nothing. */
type RemoteCallback<Args extends unknown[], Result> = [Result] extends [Nothing]
  ? (...args: Args) => unknown
  : [Result] extends [PromiseLike<unknown> | Nothing]
    ? (...args: Args) => Result | Awaited<Result>
    : 'a callback of a service gives nothing, or a promise: declare it so in the service'

/** An argument, as who calls gives it. */
type RemoteArgument<Argument> = Argument extends AbortSignal
  ? Argument
  : Argument extends (...args: infer Args) => infer Result
    ? RemoteCallback<Args, Result>
    : Argument

/** The arguments of a method, as who calls gives them. */
type RemoteArguments<Args extends unknown[]> = { [Index in keyof Args]: RemoteArgument<Args[Index]> }

/** The methods of a service, as they can be called from another process. */
export type Remote<Methods> = {
  readonly [Name in MethodNames<Methods>]: Methods[Name] extends (...args: infer Args) => infer Result
    ? (...args: RemoteArguments<Args>) => RemoteResult<Result>
    : never
}
