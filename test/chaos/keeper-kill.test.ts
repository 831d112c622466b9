// kill -9 of the keeper at random moments, 200 times, while daemons crash, are started, stopped and restarted: in the end each daemon
// is what it was told to be, and there is one of each.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { findDaemon, startDaemon } from 'daemonic'
import { makeKeptHome } from '../helpers/keeper.ts'
import { isAlive, kill, readProc, until } from '../helpers/processes.ts'
import { often, seededRandom } from '../helpers/random.ts'

const kills = often(200)
const names = ['a', 'b', 'c', 'd']

test(`${kills} kills of the keeper while daemons crash, are started and stopped: none is lost, none doubled`, async (t) => {
  const home = makeKeptHome(t)
  const random = seededRandom(t)
  const options = (name: string): Parameters<typeof startDaemon>[0] => ({
    name,
    command: ['sh', '-c', `echo begin ${name}; exec sleep 1000`],
    restart: 'always',
    backoff: { from: 5, to: 40 },
    restartLimit: { restarts: 50, within: '1s', then: 'slow' },
  })
  const wanted = new Map<string, boolean>()
  for (const name of names) {
    await startDaemon(options(name))
    wanted.set(name, true)
  }
  const records = new Map(names.map((name) => [name, readFileSync(`${home.folder(name)}/record.json`, 'utf8')]))
  let isOver = false
  const seen = { kills: 0, crashes: 0, stops: 0, starts: 0 }
  const killer = (async () => {
    while (seen.kills < kills && !isOver) {
      await sleep(random() * 250)
      const keeper = home.keeper()
      if (keeper === undefined || !isAlive(keeper)) continue
      kill(keeper)
      seen.kills += 1
    }
    isOver = true
  })()
  const lanes = names.map(async (name) => {
    while (!isOver) {
      await sleep(random() * 200)
      const what = random()
      const pid = home.state(name)?.process.pid
      if (what < 0.5 && pid !== undefined && isAlive(pid) && readProc(pid, 'cmdline').startsWith('sleep')) {
        kill(pid)
        seen.crashes += 1
      } else if (what < 0.7) {
        await (await findDaemon(name))?.stop()
        wanted.set(name, false)
        seen.stops += 1
      } else if (what < 0.9) {
        await startDaemon(options(name)).catch(unlessNotKept)
        wanted.set(name, true)
        seen.starts += 1
      }
    }
  })
  const work = [killer, ...lanes].map((lane) =>
    lane.catch((error) => {
      isOver = true
      throw error
    }),
  )
  // All of them, also when one fails: nothing of a test goes on after it.
  const failed = (await Promise.allSettled(work)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
  t.diagnostic(JSON.stringify(seen))
  // A command heals what is left, if the last kill met a keeper without an heir.
  await home.cli('list')
  for (const name of names) {
    const isWanted = wanted.get(name) === true
    await until(`${name} to ${isWanted ? 'run' : 'be stopped'}`, async () => {
      const status = await (await findDaemon(name))?.status()
      return isWanted ? status?.state === 'running' : status?.pids.length === 0
    })
    const sleepers = home.scope
      .processes()
      .filter((pid) => readProc(pid, 'cmdline').startsWith('sleep\0') && readProc(pid, 'environ').includes(`/${name}#`))
    assert.equal(sleepers.length, isWanted ? 1 : 0, `${name}: ${sleepers}`)
    assert.equal(readFileSync(`${home.folder(name)}/record.json`, 'utf8'), records.get(name))
  }
  assert.ok(existsSync(home.folder('daemonic-keeper')))
})

/** That a keeper was killed again and again while it booted is told; the daemon runs, and the next command has it kept. */
function unlessNotKept(error: Error & { code?: string }): void {
  if (error.code !== 'NOT_KEPT') throw error
}
