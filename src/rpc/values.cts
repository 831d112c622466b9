// CommonJS, as all of this room: it is on a client's clock, and Node 20 loads modules of that kind in half the time.
import { DefaultDeserializer, DefaultSerializer } from 'node:v8'
import type { Message } from './message.ts'

/** Room for the length of a frame, ahead of what is in it. */
const room = Buffer.alloc(4)

/**
 * Makes a frame of a message: its length (32 bits, little-endian), and the message by structured clone.
 * @throws {Error} for what can't be cloned.
 */
export function encodeFrame(message: Message): Buffer {
  const serializer = new DefaultSerializer()
  serializer.writeRawBytes(room)
  serializer.writeHeader()
  serializer.writeValue(message)
  const frame = serializer.releaseBuffer()
  frame.writeUInt32LE(frame.length - room.length)
  return frame
}

/** Reads a message from the body of a frame. Throws for what is none. */
export function decodeBody(body: Buffer): Message {
  const deserializer = new Reader(body)
  deserializer.readHeader()
  return deserializer.readValue() as Message
}

/** Node's own hands out views of the frame: their `buffer` would be all that came in with them, other messages included. */
class Reader extends DefaultDeserializer {
  _readHostObject(): NodeJS.ArrayBufferView {
    const read = (DefaultDeserializer.prototype as unknown as { _readHostObject(): NodeJS.ArrayBufferView })
      ._readHostObject
    return copyView(read.call(this))
  }
}

/** Copies a view with the part of its buffer that it shows. */
function copyView(view: NodeJS.ArrayBufferView): NodeJS.ArrayBufferView {
  if (Buffer.isBuffer(view)) {
    const copy = Buffer.allocUnsafeSlow(view.length)
    view.copy(copy)
    return copy
  }
  if (!(view instanceof DataView)) return (view as Uint8Array).slice()
  return new DataView(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength))
}
