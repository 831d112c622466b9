import type { Audit, AuditItem } from '../audit/audit-process.ts'
import { cut, paint, printable, type Style } from './paint.ts'

/** Widest column for what was seen; what is longer pushes the rest of its line to the right. */
const widestSeen = 32

/**
 * Renders an audit for people: a line for each item, then the total. Where a line is too long for the terminal, why the item
 * matters stands on a line of its own below it.
 */
export function renderAudit({ pid, command, passed, total, items }: Audit, style: Style): string {
  const column = Math.min(widestSeen, Math.max(...items.map(({ seen }) => seen.length)))
  const rows = items.map((item) => renderItem(item, column, style))
  const sum = paint(passed === total ? 32 : 31, `${passed} of ${total} hold`, style)
  return `${cut(`Process ${pid}: ${printable(command)}`, style.width)}\n${rows.join('\n')}\n${sum}`
}

/** Renders one item. */
function renderItem({ ok, name, seen, why }: AuditItem, column: number, style: Style): string {
  const mark = ok ? 'ok ' : 'NOT'
  const text = `  ${mark}  ${name.padEnd(11)}  ${printable(seen)}`
  const padded = text.padEnd(20 + column)
  const line = (words: string): string => words.replace(mark, paint(ok ? 32 : 31, mark, style))
  if (padded.length + 2 + why.length <= style.width) return `${line(padded)}  ${paint(2, why, style)}`
  return `${line(cut(text, style.width))}\n${' '.repeat(20)}${paint(2, why, style)}`
}
