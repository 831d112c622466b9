// The path of a socket is one that the system can bind, and that nobody else can take.
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { test } from 'node:test'
import { socketPath } from '../../src/home/socket-path.ts'
import { makeScope } from '../helpers/scope.ts'

/** Binds a socket, and gives it back. */
const bind = (path: string) =>
  new Promise<void>((resolve, reject) => {
    const server = createServer().listen(path, () => server.close(() => resolve()))
    server.once('error', reject)
  })

/** A folder whose path has so many bytes. */
function folderOf(root: string, bytes: number): string {
  let folder = root
  while (bytes - folder.length > 200) folder += `/${'x'.repeat(150)}`
  folder += `/${'y'.repeat(bytes - folder.length - 1)}`
  mkdirSync(folder, { recursive: true })
  return folder
}

test('a socket is in its folder as long as the system can bind it there, and else at a short private path', async (t) => {
  const scope = makeScope(t)
  process.env['XDG_RUNTIME_DIR'] = scope.folder
  t.after(() => delete process.env['XDG_RUNTIME_DIR'])
  const fits = folderOf(scope.folder, 107 - '/sock'.length)
  assert.equal(socketPath(fits), `${fits}/sock`)
  await bind(socketPath(fits))
  for (const bytes of [103, 400, 1000]) {
    const long = folderOf(scope.folder, bytes)
    const path = socketPath(long)
    assert.match(path, new RegExp(`^${scope.folder}/daemonic-${process.geteuid?.()}/[0-9a-f]{16}$`))
    assert.equal(statSync(dirname(path)).mode & 0o777, 0o700)
    assert.equal(socketPath(long), path)
    await bind(path)
  }
  assert.notEqual(socketPath(folderOf(scope.folder, 300)), socketPath(folderOf(scope.folder, 301)))
})

test('a short folder that is open to others, or a link, is refused', (t) => {
  const scope = makeScope(t)
  process.env['XDG_RUNTIME_DIR'] = scope.folder
  t.after(() => delete process.env['XDG_RUNTIME_DIR'])
  const long = folderOf(scope.folder, 300)
  const short = dirname(socketPath(long))
  chmodSync(short, 0o755)
  assert.throws(() => socketPath(long), { code: 'HOME_UNSAFE' })
  rmSync(short, { recursive: true })
  symlinkSync('/tmp', short)
  assert.throws(() => socketPath(long), { code: 'HOME_UNSAFE' })
})
