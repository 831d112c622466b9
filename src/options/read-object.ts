import { InvalidOptionError } from '../errors.ts'
import { invalid, type Reader, readAll } from './readers.ts'

/** Reads an object by the readers of what it may hold; errors name the whole path. */
export function readObject<Options extends object>(
  value: unknown,
  option: string,
  readers: { [Name in keyof Options]: Reader<Options[Name]> },
): Partial<Options> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid(option, value, 'an object')
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(readers, name))
  if (unknown !== undefined) {
    const known = Object.keys(readers).join(', ')
    throw new InvalidOptionError(
      `${option}.${unknown}`,
      value,
      `There is no option '${option}.${unknown}'; there are: ${known}`,
    )
  }
  const named = Object.entries<Reader<unknown>>(readers).map(([name, read]): [string, Reader<unknown>] => [
    name,
    (one) => read(one, `${option}.${name}`),
  ])
  return readAll<Options>(value, Object.fromEntries(named) as never)
}
