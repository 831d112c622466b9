import { setTimeout as sleep } from 'node:timers/promises'
import { lookUpAll } from '../../lifecycle/look-up.ts'
import { type DaemonSummary, summarize } from '../../lifecycle/summarize.ts'
import { exitCodes, signalled } from '../exit-codes.ts'
import { cut, styleOf } from '../paint.ts'
import { print, write } from '../print.ts'
import { type Listed, renderList } from '../render-list.ts'

/** Lists all daemons anew each second: on a terminal on a screen of its own, in a pipe one after the other. */
export async function watchList(isJson: boolean): Promise<number> {
  const isTerminal = process.stdout.isTTY === true && !isJson
  const ending = new AbortController()
  const onSignal = (signal: NodeJS.Signals): void => ending.abort(signal)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, onSignal)
  if (isTerminal) await write('\u001b[?1049h\u001b[?25l')
  try {
    await drawUntil(ending.signal, isTerminal, isJson)
  } finally {
    if (isTerminal) await write('\u001b[?25h\u001b[?1049l')
  }
  const ends: Record<string, number> = { SIGTERM: signalled + 15, SIGHUP: signalled + 1 }
  return ends[ending.signal.reason] ?? exitCodes.ok
}

/** Draws until it is told to end, or nobody reads any more. */
async function drawUntil(signal: AbortSignal, isTerminal: boolean, isJson: boolean): Promise<void> {
  let before: Sample | undefined
  while (!signal.aborted) {
    const sample: Sample = { at: performance.now(), daemons: await summarize(lookUpAll()) }
    const daemons = withShares(sample, before)
    const isRead = isTerminal
      ? await redraw(daemons)
      : await print(isJson ? JSON.stringify(daemons) : renderList(daemons, styleOf(process.stdout)))
    if (!isRead) return
    before = sample
    await sleep(1000, undefined, { signal }).catch(() => {})
  }
}

interface Sample {
  at: number
  daemons: DaemonSummary[]
}

/** Tells how much of a processor each used since the last look; since its start, when there was none. */
function withShares({ at, daemons }: Sample, before: Sample | undefined): Listed[] {
  return daemons.map((daemon) => {
    const last = before?.daemons.find(({ name, pid }) => name === daemon.name && pid === daemon.pid)
    if (daemon.cpu === null || before === undefined || last === undefined || last.cpu === null) return daemon
    // When one of its processes ended, its time is no longer counted.
    return { ...daemon, share: Math.max(0, (daemon.cpu - last.cpu) / (at - before.at)) }
  })
}

/** Writes over what is on the terminal: each line to its end, and clears what is below. */
function redraw(daemons: readonly Listed[]): Promise<boolean> {
  const style = styleOf(process.stdout)
  const rows = process.stdout.rows || 24
  const lines = renderList(daemons, style).split('\n')
  const hidden = lines.length - (rows - 2)
  const shown = hidden > 0 ? [...lines.slice(0, rows - 3), `and ${hidden + 1} more`] : lines
  const foot = cut(`${new Date().toLocaleTimeString()}  Ctrl-C ends this`, style.width)
  return write(`\u001b[H${[...shown, foot].map((line) => `${line}\u001b[K\n`).join('')}\u001b[J`)
}
