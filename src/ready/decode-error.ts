import type { ErrorData } from '../detach/message.ts'

/** Turns data back into what was thrown: an Error with its name, stack and details, or the value itself. */
export function decodeError(data: ErrorData): unknown {
  if ('value' in data) return data.value
  const error = new Error(data.message, data.cause === null ? undefined : { cause: decodeError(data.cause) })
  Object.defineProperty(error, 'name', { value: data.name, configurable: true, writable: true })
  Object.defineProperty(error, 'stack', { value: data.stack, configurable: true, writable: true })
  return Object.assign(error, data.details)
}

/** Says in one line what was thrown. */
export function summarizeError(data: ErrorData): string {
  const text = 'value' in data ? String(data.value) : data.message || data.name
  return text.split('\n', 1)[0] ?? ''
}
