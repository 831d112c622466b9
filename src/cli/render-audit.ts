import type { Audit, AuditItem } from '../audit/audit-process.ts'

/** Renders an audit for people: a line for each item, then the total. */
export function renderAudit({ pid, command, passed, total, items }: Audit, colors: boolean): string {
  const paint = (code: number, text: string): string => (colors ? `\u001b[${code}m${text}\u001b[0m` : text)
  const width = Math.min(40, Math.max(...items.map(({ seen }) => seen.length)))
  const row = ({ ok, name, seen, why }: AuditItem): string =>
    `  ${paint(ok ? 32 : 31, ok ? 'ok ' : 'NOT')}  ${name.padEnd(11)}  ${printable(seen).padEnd(width)}  ${paint(2, why)}`
  const total_ = paint(passed === total ? 32 : 31, `${passed} of ${total} hold`)
  return `Process ${pid}: ${printable(command)}\n${items.map(row).join('\n')}\n${total_}`
}

/** A process chooses its own command line: control characters in it stay harmless on a terminal. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?')
}
