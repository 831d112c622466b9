import { findLockHolder } from '../home/await-winner.ts'
import { identify, readInstance, readProcessTable } from '../system/process-table.ts'
import type { Life } from './tree.ts'

/** Finds a life by the lock that it holds, or by the mark of the folder that its processes bear. */
export function recoverLife(folder: string): Life | undefined {
  const holder = findLockHolder(folder)
  const rows = [...readProcessTable().values()].sort((a, b) => Number(a.start) - Number(b.start))
  const oldest = rows.find(({ pid }) => pid === holder) ?? rows.find(({ pid }) => isOf(pid, folder))
  if (oldest === undefined) return undefined
  return { instance: readInstance(oldest.pid) ?? '', main: identify(oldest.pid), session: oldest.session }
}

/** Does a process bear the mark of a folder, whichever life it is of? */
function isOf(pid: number, folder: string): boolean {
  return pid !== process.pid && readInstance(pid)?.startsWith(`${folder}#`) === true
}
