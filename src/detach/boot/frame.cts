import { readSync } from 'node:fs'
import type { StartMessage } from '../message.ts'

/** Reads the launcher's one message: two lengths (32 bits, little-endian), the JSON, the payload. */
export function readFrame(channel: number): { message: StartMessage; payload: Buffer } {
  const lengths = readExactly(channel, 8)
  const message = readExactly(channel, lengths.readUInt32LE(0))
  const payload = readExactly(channel, lengths.readUInt32LE(4))
  return { message: JSON.parse(message.toString()), payload }
}

/** Reads so many bytes. A launcher that is gone has no use for a daemon: this process ends before the user's code ran. */
function readExactly(channel: number, length: number): Buffer {
  const buffer = Buffer.allocUnsafe(length)
  for (let filled = 0; filled < length; ) {
    const count = readSync(channel, buffer, filled, length - filled, null)
    if (count === 0) process.exit(1)
    filled += count
  }
  return buffer
}
