/**
 * How a file is locked for the life of those who hold its open file description (flock(2)).
 * Linux: by flock(1) in the trampoline, on the descriptor that the daemon inherits.
 * macOS has no flock(1), but open(2) takes the lock at once: O_EXLOCK | O_NONBLOCK.
 */
export const exclusiveOpenFlag: number = process.platform === 'darwin' ? 0x20 : 0

/** Does opening take the lock already? */
export const opensLocked: boolean = exclusiveOpenFlag !== 0
