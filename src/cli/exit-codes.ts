/** Exit codes of the command line. */
export const exitCodes = {
  /** All is well; `audit`: every item holds. */
  ok: 0,
  /** `audit`: at least one item does not hold. */
  no: 1,
  /** The command line is wrong. */
  usage: 2,
  /** It can't be told: no such process, or it may not be looked at (LSB's 4 of status). */
  unknown: 4,
} as const
