import type { Definition } from './definition.cts'
import { type Welcome, wireVersion } from './hello.cjs'

/** Makes the welcome of a service. */
export function makeWelcome({ identity, names, idempotent, maxCalls, maxMessage }: Definition): Welcome {
  return {
    daemonic: wireVersion,
    kind: 'welcome',
    pid: process.pid,
    version: identity.version,
    methods: [...names],
    idempotent: [...idempotent],
    // Room for some of the longest, so that one long call does not have all others wait.
    window: { calls: maxCalls, bytes: 4 * maxMessage },
    limit: maxMessage,
  }
}
