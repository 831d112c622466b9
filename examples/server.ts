// A server that is ready when it listens, that ends when it is told to, and whose launcher says why when it can't start:
// run it twice, and the second launcher exits with 1 and says which process is in the way.
import { createServer } from 'node:http'
import { createDaemon } from 'daemonic'

const daemon = await createDaemon({
  stdout: 'server.log',
  stderr: 'server.log',
  pidFile: 'server.pid',
  umask: '022',
  ready: 'manual',
  startTimeout: '10s',
})

const server = createServer((_request, response) => response.end(`process ${daemon.pid}\n`))
server.listen(Number(process.argv[2] ?? 8080), '127.0.0.1', () => daemon.ready())
daemon.signal.addEventListener('abort', () => server.close())
daemon.onReload(() => console.log('reloaded'))
