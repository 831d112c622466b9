/** Shows what is waited for. */
export interface Progress {
  /** Given to what waits: it calls it with what says at any time what is waited for. */
  onWait(look: () => string): void
  /** Clears the line. */
  end(): void
}

/** A wait that is shorter is not worth a word, in milliseconds. */
const patience = 500

/** Shows on a terminal, in one line that is written anew and cleared at the end, what a start that takes long waits for. */
export function showProgress(name: string): Progress {
  const begin = performance.now()
  const stream = process.stderr
  let timer: NodeJS.Timeout | undefined
  let isShown = false
  const clear = (): void => {
    if (isShown) stream.write('\r\u001b[K')
  }
  return {
    onWait(look) {
      if (stream.isTTY !== true || process.env['TERM'] === 'dumb') return
      timer ??= setInterval(() => {
        const past = performance.now() - begin
        if (past < patience) return
        const text = `Waiting for ${name}, ${Math.round(past / 1000)} s: ${look().replace(/\p{Cc}+/gu, ' ')}`
        isShown = true
        stream.write(`\r${text.slice(0, (stream.columns || 80) - 1)}\u001b[K`)
      }, 100)
    },
    end() {
      clearInterval(timer)
      clear()
    },
  }
}
