import { setTimeout as sleep } from 'node:timers/promises'
import type { ReadOptions } from './read-options.ts'
import {
  closeReading,
  flush,
  type LogBlock,
  type LogFile,
  makeReading,
  type Reading,
  readLast,
  readNew,
} from './reading.ts'

/** Pause between two looks at files that are followed, in milliseconds. */
const pause = 100

/**
 * Reads logs: the last lines of each, one log after the other; with `follow`, then what comes in all of them. The bytes
 * are the files' own.
 *
 * What was cut off by a rotation is read from the rotated files, compressed or not; nothing of it is missed or comes twice.
 * Following goes on across truncation, renaming, removal and creation. It ends when the signal is aborted, once what was written
 * by then has been read; without `follow`, that ends it at once. What is not seen: a file that was truncated and has become
 * again what it was; and one that came and went between two looks, of which there are ten in a second while they are taken.
 * @throws {DaemonicError} NOT_READABLE, for a log that is there at the beginning.
 */
export async function* readLogFiles<Label>(
  files: readonly LogFile<Label>[],
  options: ReadOptions,
): AsyncGenerator<LogBlock<Label>> {
  const readings = files.map((file) => makeReading(file, options))
  try {
    for (const reading of readings) yield* options.follow ? readLast(reading, options) : readOnce(reading, options)
    if (options.follow) yield* followAll(readings, options)
  } finally {
    for (const reading of readings) await closeReading(reading)
  }
}

/** Reads the last lines of a log that is not followed. */
async function* readOnce<Label>(reading: Reading<Label>, options: ReadOptions): AsyncGenerator<LogBlock<Label>> {
  if (isAborted(options)) return
  for await (const block of readLast(reading, options)) {
    yield block
    if (isAborted(options)) return
  }
  yield* flush(reading)
  await closeReading(reading)
}

/** Reads what comes in all logs, until the signal is aborted. */
async function* followAll<Label>(
  readings: readonly Reading<Label>[],
  options: ReadOptions,
): AsyncGenerator<LogBlock<Label>> {
  if (readings.length === 0) return
  // What comes from here on is written now.
  for (const { filter } of readings) if (filter !== undefined) filter.time = Date.now()
  for (let isLast = false; !isLast; ) {
    await sleep(pause, undefined, { signal: options.signal }).catch(() => {})
    isLast = isAborted(options)
    for (const reading of readings) yield* readNew(reading)
  }
  for (const reading of readings) yield* flush(reading)
}

/** Was the signal given? */
function isAborted({ signal }: ReadOptions): boolean {
  return signal?.aborted === true
}
