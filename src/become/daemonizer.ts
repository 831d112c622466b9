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
