import { forgetDaemon } from '../../lifecycle/forget.ts'
import type { Given } from '../command.ts'
import { forEachName } from '../names.ts'

/** `daemonic forget`. */
export function runForget(given: Given): Promise<number> {
  return forEachName(given, async (lookup) => {
    await forgetDaemon(lookup)
    return { text: `${lookup.name} forgotten`, data: { name: lookup.name, forgotten: true } }
  })
}
