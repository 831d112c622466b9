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

/** Renders daemons as a table that fits: the least important columns go first, then long names are cut. */
export function renderList(daemons: readonly Listed[], style: Style): string {
  if (daemons.length === 0 && style.width !== Number.POSITIVE_INFINITY)
    return 'There are no daemons; daemonic start makes one.'
  const kept = fit(
    columns.map((column) => measure(column, daemons)),
    style.width,
  )
  const head = cut(
    renderCells(kept, ({ title }) => title),
    style.width,
  )
  return [paint(1, head, style), ...daemons.map(({ state }, row) => renderRow(kept, row, state, style))].join('\n')
}

/** A column with its cells and its width. */
type Measured = Column & { cells: string[]; width: number }

/** Measures a column. */
function measure(column: Column, daemons: readonly Listed[]): Measured {
  const cells = daemons.map(column.cell)
  return { ...column, cells, width: Math.max(column.title.length, ...cells.map(({ length }) => length)) }
}

/** Keeps the columns that there is room for. Name and state stay; a name takes the room that the state leaves. */
function fit(all: readonly Measured[], width: number): Measured[] {
  const most = Array.from(all.keys(), (index) => all.length - index).find((count) => widthOf(all, count) <= width) ?? 2
  const kept = all.filter(({ rank }) => rank < Math.max(2, most))
  const excess = Math.max(0, widthOf(kept, all.length) - width)
  return kept.map((column) => (column.rank === 0 ? { ...column, width: Math.max(1, column.width - excess) } : column))
}

/** How wide so many of the most important columns are. */
function widthOf(all: readonly Measured[], count: number): number {
  return all.filter(({ rank }) => rank < count).reduce((sum, { width }) => sum + width + 2, -2)
}

/** Renders the cells of a line, side by side. */
function renderCells(kept: readonly Measured[], cellOf: (column: Measured) => string): string {
  const cells = kept.map((column) => {
    const cell = cut(cellOf(column), column.width)
    return column.isNumber ? cell.padStart(column.width) : cell.padEnd(column.width)
  })
  return cells.join('  ').trimEnd()
}

/** Renders the line of a daemon; its state is painted. */
function renderRow(kept: readonly Measured[], row: number, state: string, style: Style): string {
  const line = cut(
    renderCells(kept, ({ cells }) => cells[row] ?? ''),
    style.width,
  )
  const at = (kept[0]?.width ?? 0) + 2
  const end = at + state.length
  return `${line.slice(0, at)}${paint(stateColors[state], line.slice(at, end), style)}${line.slice(end)}`
}

/** How much of a processor it has used since it started. */
function averageShare({ cpu, uptime }: DaemonSummary): number | null {
  return cpu === null || !uptime ? null : cpu / uptime
}

/** A value, or a dash when there is none. */
function show(value: number | null, format: (value: number) => string): string {
  return value === null ? '-' : format(value)
}
