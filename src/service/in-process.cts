import { pathToFileURL } from 'node:url'
import { makeAnswerer } from '../rpc/answerer.cjs'
import { linkInProcess } from '../rpc/in-process.cjs'
import { findDefinition } from './definition.cjs'
import type { Reached } from './reach.cts'
import { beginRunning, type Running } from './running.cjs'
import type { Target } from './target.cts'
import { makeWelcome } from './welcome.cjs'

const started = new Map<string, Running>()

/** Runs the service of a module in this process, and connects to it: what is carried is cloned all the same. */
export async function openInProcess(target: Target): Promise<Reached> {
  const { href } = pathToFileURL(target.module)
  await import(href)
  const definition = findDefinition(target.instance)
  if (definition === undefined)
    throw await (require('./mismatch.cjs') as typeof import('./mismatch.cts')).notServed(target)
  const running = started.get(target.instance) ?? beginRunning(definition)
  started.set(target.instance, running)
  const welcome = makeWelcome(definition)
  const [ours, theirs] = linkInProcess(definition.maxMessage)
  running.counts.connections += 1
  makeAnswerer(theirs, {
    ...{ methods: definition.methods, window: welcome.window, limit: definition.maxMessage },
    onCall: (change) => {
      running.counts.calls += change
    },
    onEnd: () => {
      running.counts.connections -= 1
    },
  })
  return { link: ours, welcome }
}
