// A service is killed again and again while clients call without pause: each call is answered rightly, or said to be lost.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, kill, until } from '../helpers/processes.ts'
import { often, seededRandom } from '../helpers/random.ts'
import { makeTested } from '../helpers/service.ts'

const kills = often(100)

test(`${kills} kills under calls: no answer is wrong, none is missing, and there are never two daemons`, async (t) => {
  const tested = makeTested(t, { idempotent: ['echo'] })
  const random = seededRandom(t)
  const tally = { answered: 0, lost: 0 }
  const pids = new Set<number>()
  let isOver = false
  const caller = async (): Promise<void> => {
    const client = await tested.client()
    for (let count = 0; !isOver; count += 1) {
      try {
        if (count % 2 === 0) assert.equal(await client.echo(count), count)
        else pids.add(await client.slow(1))
        tally.answered += 1
      } catch (error) {
        if ((error as { code?: string }).code !== 'SERVICE_LOST') throw error
        tally.lost += 1
      }
    }
  }
  const callers = Array.from({ length: 4 }, caller)
  const first = await tested.client()
  for (let round = 0; round < kills; round += 1) {
    const pid = await until(
      'a service',
      () => Number(/(?:^|\n)begin (\d+)\n(?:(?!begin)[^\n]*\n)*$/.exec(tested.log())?.[1]) || undefined,
    )
    await sleep(random() * 80)
    kill(pid)
    await until('the death', () => !isAlive(pid))
    const next = await until('the next one', async () => first.pid().catch(() => undefined))
    assert.notEqual(next, pid)
    const living = [...tested.log().matchAll(/^begin (\d+)$/gm)].map(([, one]) => Number(one)).filter(isAlive)
    assert.ok(living.length <= 1, `there are ${living.join(' and ')} at once`)
  }
  isOver = true
  await Promise.all(callers)
  t.diagnostic(`${tally.answered} calls answered, ${tally.lost} lost, by ${pids.size} processes`)
  assert.ok(tally.answered > kills && pids.size > kills / 4)
})
