/** An ISO 8601 date and time in its extended form, with T or a space between them; without a zone it is local time. */
const isoTime = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:[.,](\d+))?(Z\b| ?[+-]\d\d:?\d\d\b|[+-]\d\d\b)?/i

/** No text of a time is longer. */
const longestTime = 48

/** Numbers below are seconds: as seconds they are times to the year 5138, as milliseconds they would be times before 1973. */
const leastMilliseconds = 1e11

/** Reads the time that a line has itself, in milliseconds of the wall clock: at its beginning, or as a property of JSON. */
export function readLineTime(line: Buffer): number | undefined {
  if (line[0] === 0x7b) return readJsonTime(line.toString())
  const isBracketed = line[0] === 0x5b
  return readIsoTime(line.toString('latin1', isBracketed ? 1 : 0, longestTime))
}

/** Reads the time at the beginning of a text. */
function readIsoTime(text: string): number | undefined {
  const [found, date, minutes, seconds = ':00', fraction = '0', zone = ''] = isoTime.exec(text) ?? []
  if (found === undefined) return undefined
  const [, sign = '', minutesOff = sign && '00'] = /([+-]\d\d):?(\d\d)?/.exec(zone) ?? []
  const offset = sign === '' ? zone : `${sign}:${minutesOff}`
  return validTime(Date.parse(`${date}T${minutes}${seconds}.${fraction.slice(0, 3)}${offset}`))
}

/** Reads the time of an object of JSON: the first of the usual properties that holds one. */
function readJsonTime(text: string): number | undefined {
  try {
    const { time, timestamp, ts } = JSON.parse(text)
    return [time, timestamp, ts].map(readJsonValue).find((found) => found !== undefined)
  } catch {
    return undefined
  }
}

/** Reads a time that is ISO 8601, or a number of seconds or milliseconds since 1970. */
function readJsonValue(value: unknown): number | undefined {
  if (typeof value === 'number') return validTime(value < leastMilliseconds ? value * 1000 : value)
  return typeof value === 'string' ? readIsoTime(value) : undefined
}

/** A time, unless there is no such time. */
function validTime(time: number): number | undefined {
  return Number.isNaN(time) ? undefined : time
}
