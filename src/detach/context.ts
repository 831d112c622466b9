/** How a daemon sees itself. Nothing is installed before it is touched. */
export interface DaemonContext {
  readonly pid: number
  /**
   * Aborted by the first SIGTERM or SIGINT, with the name of the signal as its reason. From the first touch on these
   * signals no longer end the process: who listens ends it.
   */
  readonly signal: AbortSignal
  /** Says that the daemon is ready, when `ready` is 'manual'; the launcher leaves. Later calls do nothing. */
  ready(): void
  /** Says in a few words what the daemon is doing; the launcher's error shows it when the start takes too long. */
  status(text: string): void
  /**
   * Says that the daemon is alive, for its `watchdog`. From the first call on only these calls count; until then it is enough that the event
   * loop turns. Costs next to nothing, and does nothing when nobody watches.
   */
  alive(): void
  /**
   * Calls a function at each SIGHUP, which ends the process otherwise.
   * @returns a function that takes it back.
   */
  onReload(listener: () => unknown): () => void
}
