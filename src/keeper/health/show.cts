// Amounts, as a sentence says them.

const times = [
  { unit: 'h', length: 3_600_000 },
  { unit: 'min', length: 60_000 },
  { unit: 's', length: 1000 },
] as const

/** Shows a duration in the largest unit that it is a whole number of. */
export function showTime(milliseconds: number): string {
  const fit = times.find(({ length }) => milliseconds % length === 0)
  return fit === undefined ? `${Math.round(milliseconds)} ms` : `${milliseconds / fit.length} ${fit.unit}`
}

const sizes = [
  { unit: 'GB', length: 1024 ** 3 },
  { unit: 'MB', length: 1024 ** 2 },
  { unit: 'KB', length: 1024 },
] as const

/** Shows a size; `round` says in which direction. What is shown in units of a thousand and more has no fraction. */
export function showSize(bytes: number, round: (size: number) => number = Math.round): string {
  const fit = sizes.find(({ length }) => bytes >= length * 10 || (bytes >= length && bytes % length === 0))
  return fit === undefined ? `${bytes} bytes` : `${round(bytes / fit.length)} ${fit.unit}`
}

/** Makes a text of a program fit into a sentence: one line, no control characters, and of a long one the end. */
export function showOutput(output: string, most = 300): string {
  const lines = output.trim().replace(/\s*[\r\n]+\s*/g, ' | ')
  const line = lines.replace(/\p{Cc}/gu, ' ')
  return line.length > most ? `…${line.slice(-most)}` : line
}
