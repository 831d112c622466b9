import { join } from 'node:path'
import type { Settlement } from '../detach/boot/settle.cts'
import type { Launched } from '../detach/launch.cts'
import type { Logs } from '../detach/logs.ts'
import type { Prelude } from '../detach/message.ts'
import type { Declared } from '../home/records.ts'
import { type ClaimFacts, makeClaim } from '../lifecycle/claim.cjs'
import type { Target } from './target.cts'

/** What the daemon of a service does before its module runs. */
export function makePreludes(
  target: Target,
  launched: Launched,
  logs: Logs,
  life: Pick<ClaimFacts, 'instance' | 'seen'>,
): Prelude[] {
  const boot = join(__dirname, '..', 'detach', 'boot')
  const declared = declare(target)
  return [
    makeClaim({
      ...{ folder: target.folder, ...life, declared, launched, logs },
      interpreter: process.execPath,
      isRestart: false,
    }),
    { module: join(boot, 'settle.cjs'), data: settlement },
    { module: join(boot, 'run-module.cjs'), data: { readyWhen: 'manual', hasPreloads: false } },
  ]
}

/** A service works in no folder of anybody's: it may outlive that, and serves callers in others. */
const workingDir = '/'

const stream = { fd: undefined, created: false }

const settlement: Settlement = {
  ...{ nice: undefined, umask: 0o022, workingDir, title: undefined, user: undefined, group: undefined },
  ...{ stdout: stream, stderr: stream, hasOwnEnvironment: false },
}

/** What stands in the record, in the words of the public options: a restart starts the same. */
function declare({ instance, module, identity }: Target): Declared {
  const set = Object.entries(identity.variables).filter(([, value]) => value !== null)
  const env = set.length === 0 ? {} : { env: Object.fromEntries(set), extendEnv: true }
  const options = { name: instance, service: identity, ready: 'manual', ...env, module, args: [], workingDir }
  return { kind: 'service', options }
}
