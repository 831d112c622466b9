import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeHome, ticker } from './home.ts'

const long = 'a-name-that-is-rather-long-for-a-daemon'
const titles = ['NAME', 'STATE', 'PID', 'UPTIME', 'CPU', 'MEMORY', 'RESTARTS', 'KIND']
const color = new RegExp(`${String.fromCharCode(27)}\\[\\d`)

test('list in a pipe: all columns, aligned, without colour; as JSON; and the names alone', async (t) => {
  const home = makeHome(t)
  const empty = await home.daemonic('list')
  assert.deepEqual([empty.code, empty.stdout.trim().split(/\s+/)], [0, titles])
  assert.deepEqual(await home.json('ls', '--json'), [])
  home.program('api.mjs', ticker)
  await home.daemonic('start', 'api.mjs')
  await home.daemonic('start', '--name', long, 'sleep', '600')
  await home.daemonic('stop', long)
  const { stdout } = await home.daemonic('list')
  const lines = stdout.trimEnd().split('\n')
  assert.match(lines[2] ?? '', /^api +running +\d+ +\d+m?s +[\d.]+% +[\d.]+ MB +0 {2}module$/)
  assert.match(lines[1] ?? '', new RegExp(`^${long} {2}stopped +- +- +- +- +0 {2}command$`))
  assert.doesNotMatch(stdout, color)
  const [, api] = await home.json<{ name: string; state: string; memory: number }[]>('list', '--json')
  assert.deepEqual([api?.name, api?.state], ['api', 'running'])
  assert.equal((await home.daemonic('list', '--names')).stdout, `${long}\napi\n`)
  assert.equal((await home.daemonic('list', 'api')).code, 2)
})

test('list on a terminal fits its width, with colour unless NO_COLOR', async (t) => {
  const home = makeHome(t)
  assert.match((await home.terminal('daemonic list')).stdout, /^There are no daemons/)
  await home.daemonic('start', '--name', long, 'sleep', '600')
  for (const columns of [120, 60, 50, 30]) {
    const { stdout } = await home.terminal('daemonic list; NO_COLOR=1 daemonic list', columns)
    const lines = stdout.trimEnd().split('\r\n')
    assert.equal(lines.length, 4, stdout)
    assert.match(lines[1] ?? '', color)
    assert.doesNotMatch(lines[3] ?? '', color)
    for (const line of lines.slice(2)) assert.ok(line.length <= columns, `${columns}: ${line}`)
    assert.match(lines[3] ?? '', columns === 30 ? /^a-name-[\w-]+… {2}running$/ : new RegExp(`^${long} {2}running`))
  }
})

test('list --watch draws anew, gives the terminal back, and ends with 0 at Ctrl-C', async (t) => {
  const home = makeHome(t)
  await home.daemonic('start', '--name', 'a', 'sleep', '600')
  const script = `set -m; daemonic list --watch & sleep 2.5; kill -INT $(pgrep -P $$ -x node) 2>/dev/null || kill -INT %1; wait $!; echo code $?`
  const { stdout } = await home.terminal(`${script}`)
  assert.ok((stdout.match(/\ba {5,}.*running/g) ?? []).length >= 2, stdout)
  assert.match(stdout, /\[\?25l/)
  assert.match(stdout, /\[\?25h/)
})

test('list --watch --json in a pipe: a document in each line', async (t) => {
  const home = makeHome(t)
  await home.daemonic('start', '--name', 'a', 'sleep', '600')
  const { stdout } = await home.bash('daemonic list --watch --json | head -n 2')
  const lines = stdout.trimEnd().split('\n')
  assert.equal(lines.length, 2)
  for (const line of lines) assert.equal(JSON.parse(line)[0].name, 'a')
})

test('a full disk behind standard output is a sentence, a reader that left is nothing, and a closed one is no hang', async (t) => {
  const home = makeHome(t)
  await home.daemonic('start', '--name', 'a', 'sleep', '600')
  for (const command of ['list', 'status a', 'help', 'completion bash', '--version']) {
    const { stdout, stderr } = await home.bash(`daemonic ${command} >/dev/full; echo code $?`)
    assert.equal(stdout, 'code 11\n', command)
    if (command !== '--version') assert.match(stderr, /^daemonic: Standard output can't be written: .*ENOSPC\)\n$/)
  }
  const json = await home.bash('daemonic list --json >/dev/full; echo $?')
  assert.deepEqual([json.stdout, JSON.parse(json.stderr).error.code], ['11\n', 'ENOSPC'])
  const { stdout, stderr } = await home.bash(
    'daemonic list | true; daemonic list --watch | head -n 1; daemonic list >&-; echo $?',
  )
  assert.deepEqual(
    [stdout.split('\n')[0]?.trim().split(/\s+/), stdout.trimEnd().endsWith('0'), stderr],
    [titles, true, ''],
  )
})
