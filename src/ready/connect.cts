// CommonJS, because the keeper looks whether daemons are well, and is small: what few need is loaded when it is needed.
import { connect, type NetConnectOpts } from 'node:net'

/** How long one look may take, in milliseconds, when nobody says otherwise: what does not answer in that time is looked at again. */
const usual = 2000

/** What is seen of what does not answer in time. */
const late = (patience: number): string => `no answer within ${patience} ms`

/** Does something accept connections at this port? */
export async function lookAtPort(
  port: number,
  host: string | undefined,
  patience: number = usual,
): Promise<true | string> {
  const hosts = host === undefined ? ['127.0.0.1', '::1'] : [host]
  const results = await Promise.all(hosts.map((name) => tryConnect({ port, host: name }, patience)))
  return (
    results.includes(true) || `nothing accepts connections at port ${port} of ${hosts.join(' or ')} (${results[0]})`
  )
}

/** Does something accept connections at this Unix socket? */
export async function lookAtSocket(path: string, patience: number = usual): Promise<true | string> {
  const result = await tryConnect({ path }, patience)
  return result === true || `nothing accepts connections at ${path} (${result})`
}

/** Is a GET of this URL answered with 200 to 399? */
export async function lookAtHttp(url: string): Promise<true | string> {
  const { status, problem = '' } = await getOnce(url, usual)
  if (status === undefined) return `${url}: ${problem}`
  return isGood(status) || `${url} answers with ${status}`
}

/** Is this the status of an answer that is taken for yes? */
export function isGood(status: number): boolean {
  return status >= 200 && status < 400
}

/** What came of a GET: the status of the answer, or why there is none. */
export interface Got {
  status?: number
  problem?: string
}

/** More of an answer is not read. */
const enough = 65_536

/**
 * Gets a URL once.
 * @param patience how long all of it may take, in milliseconds, however much comes in meanwhile.
 * @param isWhole has the answer to come in whole (its first 64 KiB at least), and not only its head?
 */
export function getOnce(url: string, patience: number, isWhole = false): Promise<Got> {
  const { get } = (
    url.startsWith('https:') ? require('node:https') : require('node:http')
  ) as typeof import('node:http')
  return new Promise((resolve) => {
    const request = get(url, { agent: false, headers: { connection: 'close' } }, (response) => {
      const done = (): void => settle({ status: response.statusCode ?? 0 })
      let length = 0
      response.on('data', (part: Buffer) => {
        length += part.length
        if (length >= enough) done()
      })
      response.once('end', done)
      // An answer that is cut off; the request hears of it no more.
      response.on('error', (error) => settle({ problem: describe(error) }))
      if (!isWhole) done()
    })
    const settle = (got: Got): void => {
      clearTimeout(timer)
      resolve(got)
      request.destroy()
    }
    const timer = setTimeout(() => settle({ problem: late(patience) }), patience)
    request.on('error', (error) => settle({ problem: describe(error) }))
  })
}

/** Connects once, and leaves at once. */
function tryConnect(options: NetConnectOpts, patience: number): Promise<true | string> {
  return new Promise((resolve) => {
    const socket = connect({ ...options, timeout: patience })
    const settle = (result: true | string): void => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', () => settle(true))
    socket.once('timeout', () => settle(late(patience)))
    socket.on('error', (error) => settle(describe(error)))
  })
}

/** An error in a word. Several addresses give an error without a message. */
function describe(error: Error): string {
  return (error as NodeJS.ErrnoException).code ?? error.message
}
