// A server that knows nothing of daemons.
import { createServer } from 'node:http'

const port = Number(process.argv[2] ?? 8080)

createServer((_, response) => response.end('hello\n')).listen(port, '127.0.0.1', () => {
  console.log(`listening at port ${port}`)
})
