import assert from 'node:assert/strict'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readSeen } from '../../src/home/seen.cts'
import type { Ailment, HealthFacts, HealthPlan, Watched } from '../../src/keeper/health/types.ts'
import { watchHealth } from '../../src/keeper/health/watch-health.cts'
import type { ensureRunning } from '../../src/lifecycle/ensure-running.ts'
import type { StartOptions } from '../../src/options/types.ts'
import { patience } from './processes.ts'
import { projectFile } from './run.ts'
import type { Scope } from './scope.ts'

/** Starts a daemon that no keeper knows of, with the library as it is published, and tells of it as the keeper would be told. */
export async function startWatched(scope: Scope, options: Omit<StartOptions, 'name'>, name = 'd'): Promise<Watched> {
  const file = pathToFileURL(projectFile('dist/lifecycle/ensure-running.js')).href
  const { ensureRunning: ensure } = (await import(file)) as { ensureRunning: typeof ensureRunning }
  await ensure({ workingDir: scope.folder, ...options, name })
  const folder = join(scope.path('home'), name)
  const seen = readSeen(folder)
  assert.ok(typeof seen === 'object')
  const { instance, session, process: identity } = seen
  return { folder, instance, session, pid: identity.pid, start: identity.start, workingDir: scope.folder }
}

/** What came of a watch. */
export interface Trouble {
  why: string
  ailment: Ailment
  /** How long it took, in milliseconds. */
  after: number
  facts: HealthFacts
}

/** Watches a daemon until it is not well; fails when it is well for too long. */
export function watchUntilUnwell(plan: HealthPlan, watched: Watched): Promise<Trouble> {
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const watch = watchHealth(plan, watched, (why, ailment) => {
      clearTimeout(timer)
      resolve({ why, ailment, after: performance.now() - began, facts: watch.facts })
    })
    const timer = setTimeout(() => {
      watch.end()
      reject(new Error(`it was well for ${patience} ms: ${JSON.stringify(watch.facts)}`))
    }, patience)
  })
}
