// What calls are compared with, in a process of its own: answers each chunk at the first path, and each frame at the second, with itself.
import { createServer } from 'node:net'
import { deserialize } from 'node:v8'
import { frameOf, readFrames } from '../frames.ts'

const [rawPath, framePath] = process.argv.slice(2)
const raw = createServer((socket) => socket.on('data', (chunk) => socket.write(chunk)))
const framed = createServer((socket) => readFrames(socket, (body) => socket.write(frameOf(deserialize(body)))))
raw.listen(rawPath, () => framed.listen(framePath, () => process.send?.('listening')))
