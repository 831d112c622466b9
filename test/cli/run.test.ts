import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cli, makeHome } from './home.ts'

test('run: its output is here, its exit code is ours, and its name is known', async (t) => {
  const home = makeHome(t)
  const command = await home.daemonic('run', '--name', 'c', '--', 'sh', '-c', 'echo out; echo err >&2; exit 3')
  assert.deepEqual({ ...command }, { code: 3, signal: null, stdout: 'out\n', stderr: 'err\n' })
  home.program('m.mjs', "console.log('module'); setTimeout(() => process.exit(4), 50)\n")
  const module = await home.daemonic('run', 'm.mjs')
  assert.deepEqual({ ...module }, { code: 4, signal: null, stdout: 'module\n', stderr: '' })
  assert.equal((await home.daemonic('status', 'm')).code, 1)
  assert.equal((await home.daemonic('run', '--name', 'k', '--', 'sh', '-c', 'kill -KILL $$')).code, 137)
  assert.equal((await home.daemonic('run', 'no-such-program-at-all')).code, 6)
})

test('run: SIGTERM stops it, SIGHUP is passed on, and status sees it meanwhile', async (t) => {
  const home = makeHome(t)
  home.program(
    's.mjs',
    "process.on('SIGHUP', () => console.log('again')); process.on('SIGTERM', () => process.exit(7)); console.log('up'); setInterval(() => {}, 1000)\n",
  )
  const { stdout } = await home.bash(
    `'${process.execPath}' "$CLI" run s.mjs >out & run=$!
until daemonic status s >/dev/null 2>&1; do sleep 0.05; done
# It is seen while it boots, too, and then has no handler yet.
until grep -q up out; do sleep 0.05; done
kill -HUP $run; until grep -q again out; do sleep 0.05; done
kill -TERM $run; wait $run; echo code $?; daemonic status s >/dev/null; echo status $?; cat out`,
    { env: { ...home.env, CLI: cli } },
  )
  assert.equal(stdout, 'code 7\nstatus 3\nup\nagain\n')
})

test('run: Ctrl-C on a terminal stops it, a second one kills', async (t) => {
  const home = makeHome(t)
  home.program(
    'hard.mjs',
    "process.on('SIGTERM', () => console.log('no')); console.log('up'); setInterval(() => {}, 1000)\n",
  )
  const { stdout } = await home.bash(
    `'${process.execPath}' "$CLI" run hard.mjs >out & run=$!
until daemonic status hard >/dev/null 2>&1; do sleep 0.05; done
until grep -q up out; do sleep 0.05; done
kill -INT $run; until grep -q no out; do sleep 0.05; done
kill -INT $run; wait $run; echo code $?`,
    { env: { ...home.env, CLI: cli } },
  )
  assert.equal(stdout, 'code 137\n')
})
