import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestApi, openTestApi } from '../testing/api.ts'

const DAY = Date.parse('2026-11-26') / 86_400_000

let api: TestApi
before(async () => {
  api = await openTestApi()
  const { rows } = api.database
  await rows.head(50, { finalized_height: 53 })
  const reserves = { reserved_cpu: 500, reserved_memory: 256, reserved_storage: 1_024 }
  const has = { total_cpu: 4_000, total_gpus: 1, reserved_gpus: 1, ...reserves }
  await rows.node({ id: 1, ...has })
  await rows.node({ id: 2, ...has, state: 'Draining' })
  await rows.node({ id: 3, ...has, state: 'Retired' })
  await rows.node({ id: 4, ...has, state: 'Removed' })
  const states = ['Offered', 'Running', 'Running', 'Suspended', 'Closed']
  for (const [index, state] of states.entries()) await rows.contract({ id: index + 1, state })
  for (let day = DAY - 120; day < DAY; day += 1) {
    await rows.query(`insert into days (select (jsonb_populate_record(null::days, $1)).*)`, [
      JSON.stringify(overDay(day)),
    ])
  }
  await rows.query(`insert into days (day, contracts_created, contracts_closed, spent)
    values (${DAY}, 3, 119, 340282366920938463463374607431768211455)`)
})
after(() => api.close())

function overDay(day: number) {
  const counts = { contracts_created: 2, contracts_closed: 1, spent: '1000000000000000000' }
  const contracts = { contracts_offered: 4, contracts_running: 5, contracts_suspended: 6 }
  const nodes = { nodes_active: 7, nodes_draining: 8, nodes_retired: 9 }
  const total = { total_cpu: 100, total_memory: 200, total_storage: 300, total_gpus: 4 }
  const reserved = { reserved_cpu: 1, reserved_memory: 2, reserved_storage: 3, reserved_gpus: 4 }
  const addresses = { total_public_ipv4: 5, reserved_public_ipv4: 5 }
  return { day, ...counts, ...contracts, ...nodes, ...total, ...reserved, ...addresses }
}

const STATE = `contracts { offered running suspended } nodes { active draining retired }
  capacity { total { cpu gpus } reserved { cpu memory } free { cpu memory storage gpus publicIpv4 } }`

/** Of the nodes that are Active or Draining. */
const now = {
  contracts: { offered: 1, running: 2, suspended: 1 },
  nodes: { active: 1, draining: 1, retired: 1 },
  capacity: {
    total: { cpu: 8_000, gpus: 2 },
    reserved: { cpu: 1_000, memory: 512 },
    free: { cpu: 7_000, memory: 15_872, storage: 202_752, gpus: 0, publicIpv4: 4 },
  },
}

test('the network comes to what its contracts, nodes and days add up to', async () => {
  const { networkStats } = await api.query(
    `{ networkStats { ${STATE} contractsCreated contractsClosed spent } }`,
  )
  assert.deepEqual(networkStats, {
    ...now,
    contractsCreated: 243,
    contractsClosed: 239,
    spent: String(2n ** 128n - 1n + 120n * 10n ** 18n),
  })
})

test('a day tells what was so at its end, and the one that is not over what is so now', async () => {
  const { series } = await api.query(
    `{ series(first: 2) { nodes { date isOver ${STATE} contractsCreated contractsClosed spent(in: COV) } } }`,
  )
  assert.deepEqual(series.nodes, [
    {
      date: '2026-11-26',
      isOver: false,
      ...now,
      contractsCreated: 3,
      contractsClosed: 119,
      spent: '340282366920938463463.374607431768211455 COV',
    },
    {
      date: '2026-11-25',
      isOver: true,
      contracts: { offered: 4, running: 5, suspended: 6 },
      nodes: { active: 7, draining: 8, retired: 9 },
      capacity: {
        total: { cpu: 100, gpus: 4 },
        reserved: { cpu: 1, memory: 2 },
        free: { cpu: 99, memory: 198, storage: 297, gpus: 0, publicIpv4: 0 },
      },
      contractsCreated: 2,
      contractsClosed: 1,
      spent: '1 COV',
    },
  ])
})

const ranges: [args: string, count: number, first: string, last: string][] = [
  ['first: 100', 100, '2026-11-26', '2026-08-19'],
  ['from: "2026-11-24T23:59:59Z"', 3, '2026-11-26', '2026-11-24'],
  ['from: "2026-11-01", until: "2026-11-03"', 3, '2026-11-03', '2026-11-01'],
  ['until: "2026-11-03T00:00:00Z", first: 2', 2, '2026-11-03', '2026-11-02'],
  ['until: "2026-11-03", last: 1', 1, '2026-07-29', '2026-07-29'],
]
for (const [args, count, first, last] of ranges) {
  test(`a series of (${args})`, async () => {
    const { series } = await api.query(`{ series(${args}) { nodes { date } } }`)
    const dates = series.nodes.map(({ date }: { date: string }) => date)
    assert.deepEqual([dates.length, dates[0], dates.at(-1)], [count, first, last])
  })
}

test('no series is longer than a page, and no document asks for many stats', async () => {
  const { message } = await api.refuse('{ series(first: 101) { nodes { date } } }')
  assert.match(message, /a page holds from 1 to 100/)
  const many = Array.from({ length: 30 }, (_, i) => `s${i}: networkStats { spent }`).join(' ')
  const twice = await api.statementsOf(() => api.query(`{ ${many} }`))
  assert.equal(twice.length, 0, 'it was read for this block before')
})

test('what the network comes to is read once for each block', async () => {
  await api.database.rows.head(51)
  const ask = () => api.query('{ networkStats { nodes { active } } series { nodes { spent } } }')
  const [first, again] = [await api.statementsOf(ask), await api.statementsOf(ask)]
  assert.deepEqual([first.length, again.length], [2, 1])
})

test('indexing is told as /ready tells it', async () => {
  await api.database.rows.head(50, { finalized_height: 53 })
  const ask = async () =>
    (
      await api.query(
        '{ indexing { isRunning reason height finalizedHeight blocksBehind lagSeconds } }',
      )
    ).indexing
  const { lagSeconds, ...running } = await ask()
  const place = { height: 50, finalizedHeight: 53, blocksBehind: 3 }
  assert.deepEqual(running, { isRunning: true, reason: null, ...place })
  assert.ok(lagSeconds >= 0)
  await api.database.stopIndexer()
  const stopped = await ask()
  assert.equal(stopped.isRunning, false)
  assert.match(stopped.reason, /The indexer has stopped: the rows stay those of block 50/)
  await api.database.startIndexer()
})

test('rows of a block that is not final are behind nothing', async () => {
  await api.database.rows.head(51, { finalized_height: 49 })
  const query = '{ meta { height finalizedHeight } indexing { blocksBehind } }'
  assert.deepEqual(await api.query(query), {
    meta: { height: 51, finalizedHeight: 49 },
    indexing: { blocksBehind: 0 },
  })
})
