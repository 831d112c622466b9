export type { Client, Service } from './service/client-types.ts'
export type { ServiceContext } from './service/running.cts'
export { currentService, serve } from './service/serve.ts'
export type { ServeOptions } from './service/serve-options.ts'
