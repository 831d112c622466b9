/** A value of a service as JSON in one line. What JSON has no form for is shown as near as it can be. */
export function toJson(value: unknown): string {
  const seen: object[] = []
  const text = JSON.stringify(value, function (this: unknown, key: string, read: unknown) {
    // What has a toJSON() of its own was turned already; the original stands in what holds it.
    const original = (this as Record<string, unknown>)[key]
    while (seen.length > 0 && seen.at(-1) !== this) seen.pop()
    const shown = show(original, read)
    if (typeof shown !== 'object' || shown === null) return shown
    if (seen.includes(shown)) return '(a cycle)'
    seen.push(shown)
    return shown
  })
  return text ?? 'null'
}

/** What stands for a value that JSON does not know. */
function show(original: unknown, read: unknown): unknown {
  if (typeof original === 'bigint' || original instanceof RegExp) return String(original)
  if (original instanceof Map) return showMap(original)
  if (original instanceof Set) return [...original]
  if (original instanceof DataView || original instanceof ArrayBuffer) return [...bytesOf(original)]
  if (ArrayBuffer.isView(original)) return [...(original as Uint8Array)]
  if (original instanceof Error) return { ...original, name: original.name, message: original.message }
  return read
}

/** A Map as an object, or as pairs. */
function showMap(map: Map<unknown, unknown>): unknown {
  return [...map.keys()].every((key) => typeof key === 'string') ? Object.fromEntries(map) : [...map]
}

/** The bytes of a buffer, or of the part of it that a view shows. */
function bytesOf(value: DataView | ArrayBuffer): Uint8Array {
  return value instanceof ArrayBuffer
    ? new Uint8Array(value)
    : new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
}
