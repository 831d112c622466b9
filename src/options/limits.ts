import { invalid, isWhole, type Reader, readSize } from './readers.ts'
import type { Limits, UlimitCall } from './types.ts'

interface Resource {
  /** The flag of `ulimit` in dash, bash, busybox and zsh; `other` where some have another. */
  flag: string
  other?: string
  /** How many bytes one unit of `ulimit` is (POSIX mode); nothing for a plain count. */
  bytes?: number
}

const resources: { [Name in keyof Required<Limits>]: Resource } = {
  as: { flag: 'v', bytes: 1024 },
  core: { flag: 'c', bytes: 512 },
  cpu: { flag: 't' },
  data: { flag: 'd', bytes: 1024 },
  fsize: { flag: 'f', bytes: 512 },
  memlock: { flag: 'l', bytes: 1024 },
  nofile: { flag: 'n' },
  nproc: { flag: 'u', other: 'p' },
  stack: { flag: 's', bytes: 1024 },
}

/** Reads the limits into the calls of `ulimit` that set them. */
export const readLimits: Reader<UlimitCall[]> = (value, option) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(option, value, 'an object such as { core: 0, nofile: 4096 }')
  }
  return Object.entries(value).flatMap(([name, limit]) => readLimit(limit, option, name))
}

/** Reads one limit: one call for both values, or the hard one for both and then the soft one below it. */
function readLimit(limit: unknown, option: string, name: string): UlimitCall[] {
  const resource = Object.hasOwn(resources, name) ? resources[name as keyof Limits] : undefined
  const path = `${option}.${name}`
  if (resource === undefined) throw invalid(path, limit, `left out: there are ${Object.keys(resources).join(', ')}`)
  if (limit === undefined) return []
  const call = (mode: '' | 'S', value: unknown): UlimitCall => ({
    option: path,
    asked: limit,
    flag: `-${mode}${resource.flag}`,
    otherFlag: `-${mode}${resource.other ?? resource.flag}`,
    value: readAmount(value, path, resource.bytes),
  })
  if (typeof limit !== 'object' || limit === null) return [call('', limit)]
  const { soft, hard } = limit as { soft?: unknown; hard?: unknown }
  return [call('', hard), call('S', soft)]
}

/** Reads an amount into the unit of `ulimit`. */
function readAmount(value: unknown, option: string, bytes: number | undefined): string {
  if (value === 'unlimited') return value
  const amount = bytes === undefined ? value : readSize(value)
  if (isWhole(amount, 0, Number.MAX_SAFE_INTEGER)) return String(Math.floor(amount / (bytes ?? 1)))
  throw invalid(option, value, bytes === undefined ? 'a whole number' : "bytes, or a size such as '512MB'")
}
