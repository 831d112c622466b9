import type { Remote } from '../rpc/types.ts'

/** A service, as `serve()` gives it. Its type carries the methods to the client; it holds nothing but its name. */
export interface Service<Methods> {
  readonly name: string
  readonly version: string
  /** For types alone: there is no such property. */
  readonly methods?: Methods
}

/** The methods of a service, or of an object of them. */
type MethodsOf<Of> = Of extends Service<infer Methods> ? Methods : Of

/** A client of a service: its methods, and nothing else that has a name. */
export type Client<Of> = Remote<MethodsOf<Of>> & AsyncDisposable & Disposable
