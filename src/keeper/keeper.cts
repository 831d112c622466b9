import { readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { keeperName } from '../home/kept-page.cjs'
import type { Definition } from '../service/definition.cts'
import { identityKey } from '../service/target.cjs'
import { type KeeperMethods, keeperFile, keeperIdentity } from './definition.cjs'
import { openEnvironments } from './environments.cjs'
import { makeHand } from './hand.cjs'
import { type Kept, keep } from './kept.cjs'
import { readPlan } from './plan.cjs'

/** How long a keeper that keeps nothing stays, in milliseconds. */
const idleTimeout = 10_000

/**
 * The keeper of a home, as a service.
 * @param folder its own folder, in the home.
 * @param inherited the memory of the keeper whose heir this one is.
 */
export function defineKeeper(folder: string, inherited?: number): Definition & { begin(): void } {
  const home = dirname(folder)
  const hand = makeHand()
  const all = new Map<string, Kept>()
  const environments = openEnvironments(home, inherited)

  const look = (name: string): void => {
    const one = all.get(name)
    one?.look()
    if (one !== undefined || readPlan(join(home, name)) === undefined) return
    const surroundings = { hand, baseOf: environments.of, onGone: () => all.delete(name) }
    const kept = keep(name, join(home, name), surroundings)
    if (!kept.isOver()) all.set(name, kept)
  }
  const methods: KeeperMethods = {
    look: (name, base) => {
      environments.set(name, base, (other) => other === name || all.has(other))
      look(name)
    },
  }
  const identity = keeperIdentity()
  return {
    ...{ identity, key: identityKey(identity), instance: keeperName, methods: methods as never, names: ['look'] },
    ...{ idempotent: ['look'], files: [], idleTimeout, drainTimeout: 5000, maxMessage: 4 * 1024 ** 2, maxCalls: 100 },
    isNeeded: () => [...all.values()].some((kept) => kept.isActive()),
    heir: {
      command: [process.execPath, keeperFile, 'heir'],
      descriptors: environments.fd === undefined ? [] : [environments.fd],
    },
    begin: () => {
      for (const entry of readdirSync(home, { withFileTypes: true })) if (entry.isDirectory()) look(entry.name)
    },
  }
}
