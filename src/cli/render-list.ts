import type { DaemonSummary } from '../lifecycle/summarize.ts'
import { cut, paint, type Style, stateColors } from './paint.ts'
import { formatDuration, formatPercent, formatSize } from './units.ts'

/** A daemon, and how much of a processor it uses: 1 is all of one. */
export type Listed = DaemonSummary & { share?: number | null }

interface Column {
  title: string
  /** Which go first when there is no room: the highest. */
  rank: number
  isNumber: boolean
  cell(daemon: Listed): string
}

const columns: readonly Column[] = [
  { title: 'NAME', rank: 0, isNumber: false, cell: ({ name }) => name },
  { title: 'STATE', rank: 1, isNumber: false, cell: ({ state }) => state },
  { title: 'PID', rank: 2, isNumber: true, cell: ({ pid }) => show(pid, String) },
  { title: 'UPTIME', rank: 3, isNumber: true, cell: ({ uptime }) => show(uptime, formatDuration) },
  {
    title: 'CPU',
    rank: 5,
    isNumber: true,
    cell: (daemon) => show(daemon.share ?? averageShare(daemon), formatPercent),
  },
  { title: 'MEMORY', rank: 4, isNumber: true, cell: ({ memory }) => show(memory, formatSize) },
  { title: 'RESTARTS', rank: 6, isNumber: true, cell: ({ restarts }) => String(restarts) },
  { title: 'KIND', rank: 7, isNumber: false, cell: ({ kind }) => kind },
]

/** Renders daemons as a table that fits: the least important columns go first, then what is left is cut. */
export function renderList(daemons: readonly Listed[], style: Style): string {
  if (daemons.length === 0 && style.width !== Number.POSITIVE_INFINITY)
    return 'There are no daemons; daemonic start makes one.'
  const all = columns.map((column) => measure(column, daemons))
  const most = [8, 7, 6, 5, 4, 3, 2].find((count) => widthOf(all.slice(0), count) <= style.width) ?? 2
  const kept = all.filter(({ rank }) => rank < most)
  const rows = daemons.map((daemon, row) => renderRow(kept, row, style, daemon.state))
  const heads = kept.map(({ title, width, isNumber }) => (isNumber ? title.padStart(width) : title.padEnd(width)))
  return [paint(1, cut(heads.join('  ').trimEnd(), style.width), style), ...rows].join('\n')
}

type Measured = Column & { cells: string[]; width: number }

/** A column with its cells and its width. */
function measure(column: Column, daemons: readonly Listed[]): Measured {
  const cells = daemons.map(column.cell)
  return { ...column, cells, width: Math.max(column.title.length, ...cells.map(({ length }) => length)) }
}

/** How wide so many of the most important columns are. */
function widthOf(all: readonly Measured[], count: number): number {
  return all.filter(({ rank }) => rank < count).reduce((sum, { width }) => sum + width + 2, -2)
}

/** Renders one line. */
function renderRow(kept: readonly Measured[], row: number, style: Style, state: string): string {
  const cells = kept.map(({ cells, width, isNumber }) => {
    const cell = cells[row] ?? ''
    return isNumber ? cell.padStart(width) : cell.padEnd(width)
  })
  const line = cut(cells.join('  ').trimEnd(), style.width)
  const at = (kept[0]?.width ?? 0) + 2
  return `${line.slice(0, at)}${paint(stateColors[state], line.slice(at, at + state.length), style)}${line.slice(at + state.length)}`
}

/** How much of a processor it has used since it started. */
function averageShare({ cpu, uptime }: DaemonSummary): number | null {
  return cpu === null || !uptime ? null : cpu / uptime
}

/** A value, or a dash when there is none. */
function show(value: number | null, format: (value: number) => string): string {
  return value === null ? '-' : format(value)
}
