// CommonJS, because the keeper, which is small, looks when logs are due.

/** How often a log is rotated by time: once in each span of the calendar, by local time, or so many milliseconds after the last time. */
export type Every = 'hour' | 'day' | 'week' | number

/** When a log is due that was rotated, or began, at that time. Both in milliseconds of the wall clock. */
export function nextSpan(every: Every, since: number): number {
  if (typeof every === 'number') return since + every
  const next = new Date(since)
  if (every === 'hour') return next.setHours(next.getHours() + 1, 0, 0, 0)
  // A week begins on Monday; the days of Date are counted from Sunday.
  const days = every === 'day' ? 1 : 7 - ((next.getDay() + 6) % 7)
  next.setDate(next.getDate() + days)
  return next.setHours(0, 0, 0, 0)
}
