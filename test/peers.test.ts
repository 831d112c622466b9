// Programs as they are: started, used, listed and stopped, and nothing is left of them.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { connect } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { DaemonStatus, StartOptions } from 'daemonic'
import { manage, valuesOf } from './helpers/manage.ts'
import { skipWithout } from './helpers/needs.ts'
import { freePort } from './helpers/port.ts'
import { fixture } from './helpers/run.ts'
import { makeScope, type Scope } from './helpers/scope.ts'

/** Sends bytes to a port of this machine, and gives what comes back until it is enough. */
function exchange(port: number, text: string, isEnough: (answer: string) => boolean): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = connect(port, '127.0.0.1').setEncoding('utf8').on('error', reject)
    socket.on('data', (data: string) => {
      answer += data
      if (!isEnough(answer)) return
      socket.destroy()
      resolve(answer)
    })
    socket.write(text)
  })
}

/** Gets a page. */
function getPage(port: number, path = '/'): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (data: string) => {
        body += data
      })
      response.on('end', () => resolve(body))
    }).on('error', reject)
  })
}

/** Starts a program, asks it something, has it listed, restarted, asked again and stopped. */
async function live(
  t: TestContext,
  scope: Scope,
  options: StartOptions,
  use: () => Promise<void>,
): Promise<DaemonStatus> {
  const { name } = options
  const [started, status] = valuesOf(
    await manage(scope, [
      { op: 'start', options },
      { op: 'status', name },
    ]),
  )
  await use()
  const [list, , again] = valuesOf(
    await manage(scope, [{ op: 'list' }, { op: 'restart', name }, { op: 'status', name }]),
  ) as [object[], unknown, DaemonStatus]
  assert.deepEqual(list, [{ ...(started as object), wasRunning: true }])
  assert.deepEqual([again.state, again.restarts], ['running', 1])
  await use()
  const [stopped, end] = valuesOf(
    await manage(scope, [
      { op: 'stop', name },
      { op: 'status', name },
    ]),
  ) as [{ how: string; took: number }, DaemonStatus]
  t.diagnostic(`stopped after ${stopped.took} ms`)
  assert.deepEqual([stopped.how, end.state, end.pids], ['clean', 'stopped', []])
  assert.deepEqual(scope.processes(), [])
  return status as DaemonStatus
}

test('python -m http.server', { skip: skipWithout('python3') }, async (t) => {
  const scope = makeScope(t)
  const port = await freePort()
  writeFileSync(scope.path('page.txt'), 'hello from Python')
  const command = ['python3', '-m', 'http.server', String(port), '--bind', '127.0.0.1']
  await live(t, scope, { name: 'web', command, workingDir: scope.folder, ready: { port } }, async () => {
    assert.equal(await getPage(port, '/page.txt'), 'hello from Python')
  })
  assert.match(scope.read('home/web/out.log'), /GET \/page\.txt/)
})

test('redis-server', { skip: skipWithout('redis-server') }, async (t) => {
  const scope = makeScope(t)
  const port = await freePort()
  const args = ['--port', String(port), '--bind', '127.0.0.1', '--dir', scope.folder, '--save', '']
  let count = 0
  await live(t, scope, { name: 'redis', command: ['redis-server'], args, ready: { port } }, async () => {
    count += 1
    const answer = await exchange(port, `SET key ${count}\r\nGET key\r\n`, (text) => text.split('\r\n').length >= 4)
    assert.equal(answer, `+OK\r\n$1\r\n${count}\r\n`)
  })
  assert.match(scope.read('home/redis/out.log'), /Redis is now ready to exit/)
})

test('nginx in the foreground, with its workers', { skip: skipWithout('nginx') }, async (t) => {
  const scope = makeScope(t)
  const port = await freePort()
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  mkdirSync(scope.path('temp'), { mode: 0o777 })
  writeFileSync(
    scope.path('nginx.conf'),
    `worker_processes 2;
    pid ${scope.path('nginx.pid')};
    error_log stderr;
    events { worker_connections 16; }
    http {
      access_log ${scope.path('access.log')};
      ${folders.map((name) => `${name}_temp_path ${scope.path(`temp/${name}`)};`).join('\n')}
      server { listen 127.0.0.1:${port}; location / { return 200 "hello from nginx"; } }
    }`,
  )
  const command = ['nginx', '-g', 'daemon off;', '-c', scope.path('nginx.conf'), '-p', scope.folder, '-e', 'stderr']
  const options: StartOptions = {
    name: 'nginx',
    command,
    ready: { http: `http://127.0.0.1:${port}/` },
    stopSignal: 'SIGQUIT',
  }
  const status = await live(t, scope, options, async () => assert.equal(await getPage(port), 'hello from nginx'))
  assert.ok(status.processes >= 3, `a master and its workers: ${status.pids}`)
})

test('a module of Node that serves HTTP', async (t) => {
  const scope = makeScope(t)
  const port = await freePort()
  const options: StartOptions = {
    name: 'node',
    module: fixture('module'),
    args: ['http', String(port)],
    ready: { port },
  }
  const status = await live(t, scope, options, async () => assert.equal(await getPage(port), 'hello'))
  assert.equal(status.processes, 1)
})
