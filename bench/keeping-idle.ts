// What the managers need when what they manage sleeps: the keeper, and pm2.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findDaemon, listDaemons, startDaemon } from 'daemonic'
import { cpuOf, ownMemory, sleepsOf } from './cost.ts'
import type { Pm2 } from './pm2.ts'
import { judge } from './report.ts'

/** The keeper and its heir; and the waiters of what is kept. */
async function findKeepers(): Promise<{ keeper: number; heir: number[]; waiters: number[] }> {
  const { pid, pids } = (await (await findDaemon('daemonic-keeper'))?.status()) ?? { pid: null, pids: [] }
  if (pid === null) throw new Error('there is no keeper')
  const waiters: number[] = []
  for (const daemon of await listDaemons()) {
    const { kind, pid: main } = await daemon.status()
    if (kind === 'command' && main !== null)
      waiters.push(Number(readFileSync(`/proc/${main}/stat`, 'latin1').split(') ')[1]?.split(' ')[1]))
  }
  return { keeper: pid, heir: pids.filter((one) => one !== pid), waiters }
}

/** What the managers need when what they manage sleeps. */
export async function compareIdle(pm2: Pm2 | undefined, folder: string, isQuick: boolean): Promise<void> {
  const counts = isQuick ? [1, 3] : [1, 10, 50]
  // Both begin anew.
  await (await findDaemon('daemonic-keeper'))?.stop()
  await pm2?.run('kill')
  const ours: number[] = []
  const withWaiters: number[] = []
  console.log('\nMemory of the manager that is its own (USS)')
  for (const [index, count] of counts.entries()) {
    for (let at = counts[index - 1] ?? 0; at < count; at += 1) {
      await startDaemon({ name: `d${at}`, command: ['sleep', '100000'], keep: true })
    }
    // The hand, which starts what has ended, ends when it has had nothing to do for some time.
    while (!isQuick && (await findKeepers()).heir.length > 1) await sleep(500)
    // V8 gives back what it does not need in two steps, some seconds later.
    await sleep(isQuick ? 500 : 20_000)
    const { keeper, heir, waiters } = await findKeepers()
    ours.push(ownMemory(keeper, ...heir))
    withWaiters.push(ownMemory(keeper, ...heir, ...waiters))
    console.log(`  keeper and heir, ${`${count} daemons`.padEnd(20)}${(ours[index] as number) / 1024} MB`)
    if (pm2 === undefined) continue
    const apps = Array.from({ length: count }, (_, at) => ({
      name: `d${at}`,
      script: 'sleep',
      interpreter: 'none',
      args: '100000',
    }))
    writeFileSync(join(folder, 'apps.json'), JSON.stringify({ apps }))
    await pm2.run('start', join(folder, 'apps.json'))
    await sleep(isQuick ? 500 : 5000)
    console.log(`  pm2, ${`${count} daemons`.padEnd(32)}${ownMemory(pm2.pid()) / 1024} MB`)
  }
  const more = (counts.at(-1) ?? 0) - 1
  const each = (sizes: number[]): number => ((sizes.at(-1) ?? 0) - (sizes[0] ?? 0)) / more
  judge('keeper and heir, one daemon', (ours[0] ?? 0) / 1024, 8, ' MB')
  judge('each further daemon, of the keeper', each(ours), 60, ' KB')
  judge('each further daemon, with its waiter', each(withWaiters), 60, ' KB')
  await compareRest(pm2, counts.at(-1) ?? 0, isQuick ? 2 : 30)
}

/** What the managers do when there is nothing to do. */
async function compareRest(pm2: Pm2 | undefined, count: number, seconds: number): Promise<void> {
  const { keeper } = await findKeepers()
  const pids = pm2 === undefined ? [keeper] : [keeper, pm2.pid()]
  const look = (): [number, number][] => pids.map((pid) => [sleepsOf(pid), cpuOf([pid])])
  const before = look()
  await sleep(seconds * 1000)
  const after = look()
  console.log(`\n${count} daemons that sleep, in ${seconds} seconds`)
  for (const [index, name] of ['keeper', 'pm2'].slice(0, pids.length).entries()) {
    const [wakes, cpu] = [0, 1].map((at) => (after[index]?.[at] ?? 0) - (before[index]?.[at] ?? 0))
    console.log(`  ${name.padEnd(38)}${wakes} wake-ups of all its threads, ${cpu} ms of the processor`)
  }
  for (let at = 0; at < count; at += 1) await (await findDaemon(`d${at}`))?.stop()
  await pm2?.run('delete', 'all')
}
