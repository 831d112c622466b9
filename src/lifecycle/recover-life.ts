import { bootId, type Identity, type ProcessRow, readInstance, readProcessTable } from '../system/process-table.ts'
import type { Life } from './tree.ts'

/** Finds the life of a daemon whose record is damaged, by the mark of its folder that its processes bear. */
export function recoverLife(folder: string): Life | undefined {
  return recoverLives().get(folder)
}

/** Finds the lives that go on in each folder, by one look at all processes: the oldest that bears the mark is the main process. */
export function recoverLives(): Map<string, Life> {
  const rows = [...readProcessTable().values()].sort((a, b) => Number(a.start) - Number(b.start))
  const lives = new Map<string, Life>()
  for (const row of rows) {
    const instance = row.pid === process.pid ? undefined : readInstance(row.pid)
    const folder = instance?.slice(0, instance.lastIndexOf('#'))
    if (instance === undefined || folder === undefined || lives.has(folder)) continue
    lives.set(folder, { instance, main: identityOf(row), session: row.session })
  }
  return lives
}

/** The identity of a process that was seen just now. */
function identityOf({ pid, start }: ProcessRow): Identity {
  return { pid, start, boot: bootId() }
}
