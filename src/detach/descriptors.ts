/** A descriptor, or what Node makes one from. */
type Source = number | 'pipe' | 'ignore'

/** What of ours the daemon needs a descriptor for. */
interface Ours<Value, NoValue = never> {
  channel: Value
  stdout: Value
  stderr: Value
  lock: Value | NoValue
}

export interface DescriptorPlan {
  /** For the `stdio` of spawn(). */
  stdio: Source[]
  /** The numbers at which the daemon finds ours. */
  at: Ours<number, undefined>
}

/**
 * Gives each of ours the lowest number from 3 on that the user does not want kept, and keeps those in their places.
 * The channel is at 3, unless the user keeps a 3 of his own.
 */
export function planDescriptors(
  standard: readonly [Source, Source, Source],
  ours: Ours<Source, undefined>,
  keep: readonly number[],
): DescriptorPlan {
  const stdio: Source[] = [...standard]
  for (const fd of keep) stdio[fd] = fd
  const place = (source: Source): number => {
    const fd = firstFree(stdio)
    stdio[fd] = source
    return fd
  }
  const at = {
    channel: place(ours.channel),
    stdout: place(ours.stdout),
    stderr: place(ours.stderr),
    lock: ours.lock === undefined ? undefined : place(ours.lock),
  }
  // Above 2, 'ignore' opens nothing: the numbers between stay free.
  return { stdio: Array.from(stdio, (source) => source ?? 'ignore'), at }
}

/** The lowest number that nothing is planned for. */
function firstFree(stdio: Source[]): number {
  let fd = 0
  while (stdio[fd] !== undefined) fd += 1
  return fd
}
