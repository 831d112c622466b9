// A daemon that does not become ready is an error in the launcher, and nothing is left of it.
import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { readPrintedError } from '../helpers/printed-error.ts'
import { until } from '../helpers/processes.ts'
import { type Ran, runFixture } from '../helpers/run.ts'
import { makeScope, type Scope } from '../helpers/scope.ts'

/** Starts the fixture in a terminal's environment, and gives what became of its launcher. */
async function fail(t: TestContext, how: string, options = {}): Promise<{ scope: Scope; ran: Ran; left: number[] }> {
  const scope = makeScope(t)
  scope.env['TERM'] = 'dumb'
  const ran = await runFixture(scope, 'failing', [how, JSON.stringify(options)])
  return { scope, ran, left: scope.processes() }
}

interface Expected {
  name?: string
  message: RegExp
  step: string
  exitCode?: number
  cause?: RegExp
  output?: RegExp
}

const custom =
  /\[cause\]: (?:Custom)?Error(?: \[CustomError\])?: the reason[\s\S]*code: 'E_CUSTOM'[\s\S]*the deeper reason/

const failures: Record<string, Expected> = {
  'function throws': { message: /failed in step 'run': the reason$/, step: 'run', exitCode: 1, cause: custom },
  'function rejects': { message: /failed in step 'run': the reason$/, step: 'run', exitCode: 1, cause: custom },
  'function rejects late': { message: /failed in step 'run': the reason$/, step: 'run', exitCode: 1, cause: custom },
  'function throws text': {
    message: /failed in step 'run': just text$/,
    step: 'run',
    exitCode: 1,
    cause: /'just text'/,
  },
  'throws before ready': {
    message: /failed in step 'run': the reason$/,
    step: 'run',
    exitCode: 1,
    cause: custom,
    output: /^the last line$/m,
  },
  'throws before the call': {
    message: /failed in step 'program': the reason$/,
    step: 'program',
    exitCode: 1,
    cause: custom,
  },
  'exits before the call': {
    message:
      /ended with exit code 9 before it reached the call: run again as the daemon, the program took another path/,
    step: 'program',
    exitCode: 9,
  },
  'never reaches the call': {
    name: 'StartTimeoutError',
    message: /1000 ms \(startTimeout\) were over before it reached the call/,
    step: 'program',
    output: /^took another path$/m,
  },
  'reaches another call': {
    message: /the launcher called createDaemon\(\), but run again .* reached daemonizeFunc\(rejectLate\)$/,
    step: 'call',
    exitCode: 1,
  },
  'never ready': {
    name: 'StartTimeoutError',
    message: /1000 ms \(startTimeout\) were over before it was ready; its last status: counting sheep$/,
    step: 'run',
    output: /^no$/m,
  },
  'exits before ready': { message: /ended with exit code 7 before it was ready/, step: 'run', exitCode: 7 },
  'ends before ready': { message: /ended with exit code 0 before it was ready/, step: 'run', exitCode: 0 },
  'is killed before ready': {
    message: /was killed by a signal, or crashed, before it was ready/,
    step: 'run',
    output: /^the last line$/m,
  },
  'leaves a child': { message: /failed in step 'run': the reason$/, step: 'run', exitCode: 1, cause: custom },
  'catches its failure': { message: /failed in step 'run': the reason$/, step: 'run', cause: custom },
}

for (const [how, expected] of Object.entries(failures)) {
  test(`a daemon that fails: ${how}`, async (t) => {
    const { ran, left } = await fail(t, how)
    const error = readPrintedError(ran.stderr)
    assert.equal(ran.code, 1)
    assert.equal(ran.stdout, '')
    assert.equal(error.name, expected.name ?? 'StartError')
    assert.match(error.message, /^The daemon \(pid \d+\) /)
    assert.match(error.message, expected.message)
    assert.match(
      error.properties,
      new RegExp(`code: '${expected.name === undefined ? 'START_FAILED' : 'START_TIMEOUT'}'`),
    )
    assert.match(
      error.properties,
      new RegExp(`step: '${expected.step}',\\n  pid: \\d+,\\n  exitCode: ${expected.exitCode}`),
    )
    if (expected.cause !== undefined) assert.match(error.properties, expected.cause)
    if (expected.output !== undefined)
      assert.match(ran.stderr.split('--- the last it wrote:')[1] ?? '', expected.output)
    assert.deepEqual(left, [], 'nothing is left running')
  })
}

for (const how of ['throws after ready', 'function rejects after ready']) {
  test(`a daemon that fails when it is ready: ${how}: its log has the stack, its launcher exited with 0`, async (t) => {
    const { scope, ran } = await fail(t, how)
    assert.deepEqual(ran, { code: 0, signal: null, stdout: '', stderr: '' })
    await until('the end of the daemon', () => scope.processes().length === 0)
    assert.match(scope.read('out.log'), /CustomError: the reason\n {4}at fail \(.*failing\.js/)
  })
}

test('a second call in the daemon is an error there', async (t) => {
  const { scope, ran } = await fail(t, 'calls twice')
  assert.deepEqual(ran, { code: 0, signal: null, stdout: '', stderr: '' })
  await until('the end of the daemon', () => scope.processes().length === 0)
  const error = readPrintedError(scope.read('out.log'))
  assert.match(
    error.message,
    /^createDaemon\(\): this process \(pid \d+\) is a daemon already; currentDaemon\(\) gives its context$/,
  )
  assert.match(error.properties, /code: 'ALREADY_A_DAEMON'/)
})

test('a launcher that catches the error goes on', async (t) => {
  const { ran } = await fail(t, 'catches in the launcher', { stdout: '/nowhere/at/all' })
  assert.deepEqual(ran, {
    code: 0,
    signal: null,
    stdout: 'InvalidOptionError is caught, and the program goes on\n',
    stderr: '',
  })
})

test('a process that is no daemon has no context', async (t) => {
  const { ran } = await fail(t, 'asks for a context')
  assert.equal(ran.code, 1)
  assert.match(readPrintedError(ran.stderr).message, /this process is no daemon/)
  assert.match(readPrintedError(ran.stderr).properties, /code: 'NOT_A_DAEMON'/)
})
