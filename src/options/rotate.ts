import { rotationDefaults as defaults } from './complete.ts'
import { readObject } from './read-object.ts'
import { invalid, isWhole, type Reader, readDuration, readFlag, readSize } from './readers.ts'
import type { Rotation } from './types.ts'

/** How logs are rotated: `true` for the defaults, `false` for not at all. */
export const readRotate: Reader<Rotation | false> = (value, option) => {
  if (value === false) return false
  if (value !== true && (typeof value !== 'object' || value === null || Array.isArray(value)))
    throw invalid(option, value, 'true, false, or an object of size, keep, every, compress and total')
  const given = readObject<Rotation>(value === true ? {} : value, option, {
    size: readBytes,
    keep: readKeep,
    every: readEvery,
    compress: readFlag,
    total: readBytes,
  })
  return complete(given, option)
}

/** Fills in what was not given. What is allowed in all has room for all the files that are to be kept. */
function complete(given: Partial<Rotation>, option: string): Rotation {
  const rotation = { ...defaults, ...given }
  const least = 2 * rotation.size
  if (given.total === undefined)
    return { ...rotation, total: Math.max(defaults.total, rotation.keep * rotation.size + least) }
  if (given.total >= least) return rotation
  throw invalid(
    `${option}.total`,
    given.total,
    `at least twice 'size', ${least} bytes: a file is copied before it is cut`,
  )
}

/** A size of no less than one page: less can't be cut off. */
const readBytes: Reader<number> = (value, option) => {
  const size = readSize(value)
  if (isWhole(size, 4096, Number.MAX_SAFE_INTEGER)) return size
  throw invalid(option, value, "bytes, or a size such as '10MB' (4 KB at least)")
}

/** A number of files. */
const readKeep: Reader<number> = (value, option) => {
  if (isWhole(value, 1, 10_000)) return value
  throw invalid(option, value, 'a whole number from 1 to 10,000')
}

/** A span of the calendar, or a duration. */
const readEvery: Reader<NonNullable<Rotation['every']>> = (value, option) => {
  if (value === 'hour' || value === 'day' || value === 'week') return value
  const duration = readDuration(value, option)
  if (duration >= 1000) return duration
  throw invalid(option, value, "'hour', 'day', 'week', or a duration of a second or more")
}
