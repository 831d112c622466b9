import { findTail } from './find-tail.ts'
import { findInHistory, type History } from './history.ts'
import type { OpenLog } from './open-log.ts'
import type { ReadOptions } from './read-options.ts'

/** Finds where the lines begin that are asked for, counted as the chapters of its history are. */
export async function findStart(
  { handle }: OpenLog,
  history: History,
  { lines, follow }: Pick<ReadOptions, 'lines' | 'follow'>,
): Promise<number> {
  const { chapters, base } = history
  if (lines === undefined) return chapters[0]?.from ?? base
  const position = await findTail(handle, lines, follow)
  if (position > 0 || lines === 0 || chapters.length === 0) return base + position
  const left = lines - (await countLines(handle))
  return left > 0 ? findInHistory(history, left) : base
}

/** Counts the lines of a file; one that is not finished is one, too. */
async function countLines(handle: OpenLog['handle']): Promise<number> {
  const block = Buffer.allocUnsafe(65_536)
  let [count, position, last] = [0, 0, 10]
  for (;;) {
    const { bytesRead } = await handle.read(block, 0, block.length, position)
    if (bytesRead === 0) return last === 10 ? count : count + 1
    for (let at = block.indexOf(10); at >= 0 && at < bytesRead; at = block.indexOf(10, at + 1)) count += 1
    last = block[bytesRead - 1] ?? 10
    position += bytesRead
  }
}
