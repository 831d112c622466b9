import { hasColors } from './print.ts'

/** How a stream is written to. */
export interface Style {
  colors: boolean
  /** Columns that there are room for: a pipe has all the room there is. */
  width: number
}

/** How a stream is written to. */
export function styleOf(stream: NodeJS.WriteStream): Style {
  return { colors: hasColors(stream), width: stream.isTTY === true ? stream.columns || 80 : Number.POSITIVE_INFINITY }
}

/** Paints a text, where there are colours. */
export function paint(code: number | undefined, text: string, { colors }: Pick<Style, 'colors'>): string {
  return colors && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text
}

/** Cuts a text to a width. */
export function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`
}

/** Control characters in what others chose stay harmless on a terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?')
}

/** The colours of states: green for what is well, yellow for what is under way, red for what is not well. */
export const stateColors: Record<string, number | undefined> = {
  running: 32,
  starting: 33,
  waiting: 33,
  died: 31,
  failed: 31,
  'given up': 31,
}
