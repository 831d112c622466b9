const steps: [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
]

/** A duration, in its two largest units: `3d 4h`, `5m 2s`, `850ms`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)}ms`
  const first = steps.findIndex(([, size]) => milliseconds >= size)
  let rest = milliseconds
  const parts = steps.slice(first, first + 2).map(([unit, size]) => {
    const count = Math.floor(rest / size)
    rest -= count * size
    return `${count}${unit}`
  })
  return parts.filter((part, index) => index === 0 || !part.startsWith('0')).join(' ')
}

/** A size, with three digits: `45.2 MB`. 1 KB is 1,024 bytes, as in the options. */
export function formatSize(bytes: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB']
  let [value, unit] = [bytes, 0]
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1024, unit + 1]
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`
}

/** A share, in percent. */
export function formatPercent(share: number): string {
  const percent = share * 100
  return `${percent >= 100 ? Math.round(percent) : percent.toFixed(1)}%`
}
