import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { startTestPostgres, type TestPostgres } from '@covenant/schema/testing'
import { openRows } from '../testing/rows.ts'
import { block, event, type EventInput, FIRST_MS } from '../testing/story.ts'

let postgres: TestPostgres
before(async () => {
  postgres = await startTestPostgres()
})
after(() => postgres.stop())

const DAY = Math.floor(FIRST_MS / 86_400_000)
/** So many blocks, each the most that one moves the clock by, and the next one is of the next day. */
const BLOCKS = (86_400_000 - (FIRST_MS % 86_400_000)) / 60_000

/** A block that moves the clock by a minute. */
const minute = (height: number, events: EventInput[] = []) =>
  block(height, events, { timestampMs: height === 0 ? 0 : FIRST_MS + (height - 1) * 60_000 })

/** The first day and the beginning of the next. */
const story = [
  minute(0),
  minute(1, [
    event('nodes.NodeRegistered'),
    event('nodes.NodeRegistered', { node: 2 }),
    event('nodes.NodeStateSet', { node: 2, state: 'Retired' }),
    event('contracts.BodyNoted'),
    event('contracts.Created'),
    event('contracts.Created', { contract: 2 }),
  ]),
  minute(2, [event('contracts.Accepted'), event('contracts.Settled')]),
  minute(3, [
    event('contracts.Settled', { paid: 2n ** 100n }),
    event('contracts.Closed', { contract: 2 }),
  ]),
  ...Array.from({ length: BLOCKS - 3 }, (_, index) => minute(4 + index)),
  minute(BLOCKS + 1, [event('contracts.Closed'), event('contracts.Created', { contract: 3 })]),
]

test('what days have created and not closed is what contracts are not closed', async () => {
  const rows = await openRows(postgres)
  await rows.commit(...story)
  // The API counts those that run by this.
  const counts = await rows.all(`SELECT
    (SELECT (sum(contracts_created) - sum(contracts_closed))::bigint FROM days) AS of_days,
    (SELECT count(*) FROM contracts WHERE state <> 'Closed') AS of_contracts`)
  assert.deepEqual(counts, [{ of_days: 1, of_contracts: 1 }])
})

test('a day has what happened in it, and, once it is over, what was so at its end', async () => {
  const rows = await openRows(postgres)
  await rows.commit(...story)
  const [first, second, ...more] = await rows.all('SELECT * FROM days ORDER BY day')
  const resources = { cpu: 8_000, memory: 16_384, storage: 100_000, gpus: 1, public_ipv4: 2 }
  const reserved = { cpu: 500, memory: 256, storage: 1_024, gpus: 0, public_ipv4: 1 }
  const columns = (prefix: string, of: object) =>
    Object.fromEntries(Object.entries(of).map(([kind, count]) => [prefix + kind, count]))
  assert.deepEqual(first, {
    day: DAY,
    contracts_created: 2,
    contracts_closed: 1,
    spent: 2n ** 100n + 10n,
    contracts_offered: 0,
    contracts_running: 1,
    contracts_suspended: 0,
    nodes_active: 1,
    nodes_draining: 0,
    nodes_retired: 1,
    ...columns('total_', resources),
    ...columns('reserved_', reserved),
  })
  const { day, contracts_created, contracts_closed, spent, ...atItsEnd } = second!
  assert.deepEqual([day, contracts_created, contracts_closed, spent], [DAY + 1, 1, 1, 0n])
  assert.deepEqual(new Set(Object.values(atItsEnd)), new Set([null]))
  assert.deepEqual(more, [])
  await rows.close()
})

test('a day is the same whether its blocks come together or one by one', async () => {
  const [together, apart] = [await openRows(postgres), await openRows(postgres)]
  await together.commit(...story)
  const last = story.slice(-3)
  await apart.commit(...story.slice(0, 2))
  await apart.commit(...story.slice(2, -3))
  for (const one of last) await apart.commit(one)
  const days = 'SELECT * FROM days ORDER BY day'
  assert.deepEqual(await apart.all(days), await together.all(days))
  await together.close()
  await apart.close()
})
