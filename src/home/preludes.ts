import { fileURLToPath } from 'node:url'
import type { Prelude } from '../detach/message.ts'
import type { Claim } from './boot/claim.cts'

/** The path of a file that a daemon loads at its birth. */
function bootFile(name: string): string {
  return fileURLToPath(new URL(`./boot/${name}.cjs`, import.meta.url))
}

/** Has the daemon take its name, under the lock that it holds, and record what is seen of it. */
export function claimName(claim: Claim): Prelude {
  return { module: bootFile('claim'), data: claim }
}

/** Has the daemon write its pid into the pid file whose lock it holds. */
export function keepPidFile(fd: number, path: string): Prelude {
  return { module: bootFile('pid-file'), data: { fd, path } }
}
