// The barest frames that there can be, to compare with: a length, and a value by v8.serialize.
import type { Socket } from 'node:net'
import { serialize } from 'node:v8'

/** A value as a frame. */
export function frameOf(value: unknown): Buffer {
  const body = serialize(value)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.length)
  return Buffer.concat([length, body])
}

/** Calls back for each frame. */
export function readFrames(socket: Socket, onBody: (body: Buffer) => void): void {
  let rest = Buffer.alloc(0)
  socket.on('data', (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE()) {
      const end = 4 + rest.readUInt32LE()
      onBody(rest.subarray(4, end))
      rest = rest.subarray(end)
    }
  })
}
