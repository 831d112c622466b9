import { createRequire } from 'node:module'
import type { StartError } from '../errors.ts'
import { inheritedBase } from '../lifecycle/environment.ts'
import type * as connecting from '../service/connect.cts'
import type * as targets from '../service/target.cts'
import type * as definitions from './definition.cts'

// Required, for the reason that process-table.ts gives.
const require = createRequire(import.meta.url)

/** How often it is tried when a keeper is killed while it boots, or before it has answered. */
const attempts = 5

/** Sees to it that there is a keeper, and has it look at a daemon. @throws what connect() throws. */
export async function haveKept(name: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await lookOnce(name)
      return
    } catch (error) {
      const { code, exitCode } = error as Partial<StartError>
      const wasKilled = code === 'SERVICE_LOST' || (code === 'START_FAILED' && exitCode === undefined)
      if (!wasKilled || attempt === attempts) throw error
    }
  }
}

/** Has the keeper look at a daemon. */
async function lookOnce(name: string): Promise<void> {
  const keeper = await connectKeeper()
  try {
    await keeper.look(name, inheritedBase())
  } finally {
    keeper[Symbol.dispose]()
  }
}

/**
 * Connects to the keeper, which is started when there is none.
 * @throws what connect() throws.
 */
export async function connectKeeper(): ReturnType<typeof connecting.connectTo<definitions.KeeperMethods>> {
  const { keeperFile, keeperIdentity } = require('./definition.cjs') as typeof definitions
  const { makeTarget } = require('../service/target.cjs') as typeof targets
  const { connectTo } = require('../service/connect.cjs') as typeof connecting
  return connectTo<definitions.KeeperMethods>(await makeTarget(keeperIdentity(), keeperFile))
}
