import { get as getPlain } from 'node:http'
import { connect, type NetConnectOpts } from 'node:net'

/** How long one try may take, in milliseconds: what does not answer in that time is tried again. */
const patience = 2000

/** Does something accept connections at this port? */
export async function lookAtPort(port: number, host: string | undefined): Promise<true | string> {
  const hosts = host === undefined ? ['127.0.0.1', '::1'] : [host]
  const results = await Promise.all(hosts.map((name) => tryConnect({ port, host: name })))
  return (
    results.includes(true) || `nothing accepts connections at port ${port} of ${hosts.join(' or ')} (${results[0]})`
  )
}

/** Does something accept connections at this Unix socket? */
export async function lookAtSocket(path: string): Promise<true | string> {
  const result = await tryConnect({ path })
  return result === true || `nothing accepts connections at ${path} (${result})`
}

/** Is a GET of this URL answered with 200 to 399? */
export async function lookAtHttp(url: string): Promise<true | string> {
  const get = url.startsWith('https:') ? (await import('node:https')).get : getPlain
  return new Promise((resolve) => {
    const request = get(url, { timeout: patience, agent: false, headers: { connection: 'close' } }, (response) => {
      response.resume()
      const { statusCode = 0 } = response
      resolve((statusCode >= 200 && statusCode < 400) || `${url} answers with ${statusCode}`)
    })
    request.once('timeout', () => request.destroy(new Error(`no answer within ${patience} ms`)))
    request.once('error', (error) => resolve(`${url}: ${describe(error)}`))
  })
}

/** Connects once, and leaves at once. */
function tryConnect(options: NetConnectOpts): Promise<true | string> {
  return new Promise((resolve) => {
    const socket = connect({ ...options, timeout: patience })
    const settle = (result: true | string): void => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', () => settle(true))
    socket.once('timeout', () => settle(`no answer within ${patience} ms`))
    socket.once('error', (error) => settle(describe(error)))
  })
}

/** An error in a word. Several addresses give an error without a message. */
function describe(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message
}
