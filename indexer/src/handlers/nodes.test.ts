import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { startTestPostgres, type TestPostgres } from '@covenant/schema/testing'
import { openRows, type TestRows } from '../testing/rows.ts'
import { ALICE, BOB, CHARLIE, event } from '../testing/story.ts'

let postgres: TestPostgres
let rows: TestRows
before(async () => {
  postgres = await startTestPostgres()
})
after(() => postgres.stop())
beforeEach(async () => {
  rows = await openRows(postgres)
})
afterEach(() => rows.close())

test('a registered node waits for its agent', async () => {
  const height = await rows.happen(event('nodes.NodeRegistered'))
  assert.deepEqual(await rows.one('SELECT * FROM nodes'), {
    id: 1,
    operator: ALICE,
    named_agent: BOB,
    agent: null,
    sealing_key: `0x${'0c'.repeat(32)}`,
    sealing_version: 1,
    total_cpu: 8_000,
    total_memory: 16_384,
    total_storage: 100_000,
    total_gpus: 1,
    total_public_ipv4: 2,
    reserved_cpu: 0,
    reserved_memory: 0,
    reserved_storage: 0,
    reserved_gpus: 0,
    reserved_public_ipv4: 0,
    free_cpu: 8_000,
    free_memory: 16_384,
    free_storage: 100_000,
    free_gpus: 1,
    free_public_ipv4: 2,
    price_cpu: 1n,
    price_memory: 2n,
    price_storage: 3n,
    price_gpu: 4n,
    price_public_ipv4: 5n,
    region: 'eu',
    attributes: [{ key: 'disk', value: 'nvme' }],
    endpoint: 'node.example:51820',
    state: 'Active',
    live: 0,
    last_seen: null,
    announced_at: null,
    contract_count: 0,
    deposit: 10n ** 19n,
    created_height: height,
    changed_height: height,
    removed_height: null,
  })
})

const changes: [string, Parameters<TestRows['happen']>, object][] = [
  [
    'an update replaces offer, prices and description',
    [
      event('nodes.NodeUpdated', {
        prices: { cpu: 9n, memory: 8n, storage: 7n, gpu: 6n, publicIpv4: 2n ** 128n - 1n },
      }),
    ],
    {
      total_cpu: 500,
      total_memory: 256,
      total_storage: 1024,
      total_gpus: 0,
      total_public_ipv4: 1,
      free_cpu: 500,
      free_memory: 256,
      free_storage: 1024,
      free_gpus: 0,
      free_public_ipv4: 1,
      price_cpu: 9n,
      price_memory: 8n,
      price_storage: 7n,
      price_gpu: 6n,
      price_public_ipv4: 2n ** 128n - 1n,
      region: 'us',
      attributes: [],
    },
  ],
  [
    'the named agent serves',
    [event('nodes.Served', { live: 7 })],
    { agent: BOB, named_agent: null, live: 7, last_seen: 1_800_000_001 },
  ],
  [
    'a heartbeat moves the live clock',
    [event('nodes.Heartbeat')],
    { live: 600, last_seen: 1_800_000_601 },
  ],
  [
    'an announcement changes the endpoint',
    [event('nodes.Announced')],
    { endpoint: 'elsewhere.example:1', announced_at: 1_800_000_700 },
  ],
  [
    'another state comes with the reading of the live clock',
    [event('nodes.NodeStateSet', { state: 'Retired' })],
    { state: 'Retired', live: 600 },
  ],
  [
    'a rotation names an agent and the sealing key',
    [event('nodes.AgentRotated')],
    { named_agent: CHARLIE, sealing_key: `0x${'0e'.repeat(32)}`, sealing_version: 2 },
  ],
  [
    'a rotation may take a name back',
    [event('nodes.AgentRotated', { namedAgent: null })],
    { named_agent: null, sealing_key: `0x${'0e'.repeat(32)}`, sealing_version: 2 },
  ],
]
for (const [name, events, changed] of changes) {
  test(`${name}, and nothing else`, async () => {
    await rows.happen(event('nodes.NodeRegistered'), event('nodes.NodeRegistered', { node: 2 }))
    const before = await rows.all('SELECT * FROM nodes ORDER BY id')
    const height = await rows.happen(...events)
    assert.deepEqual(await rows.all('SELECT * FROM nodes ORDER BY id'), [
      { ...before[0], ...changed, changed_height: height },
      before[1],
    ])
  })
}

test('a node that is removed keeps its facts, and no agent', async () => {
  await rows.happen(event('nodes.NodeRegistered'), event('nodes.Served'))
  const before = await rows.one('SELECT * FROM nodes')
  const height = await rows.happen(event('nodes.NodeRemoved'))
  assert.deepEqual(await rows.one('SELECT * FROM nodes'), {
    ...before,
    state: 'Removed',
    agent: null,
    changed_height: height,
    removed_height: height,
  })
})

test('what happens to a node that is not there stops the indexer', async () => {
  await assert.rejects(rows.happen(event('nodes.Heartbeat', { node: 9 })), {
    name: 'Inconsistent',
    message: /node 9/,
  })
})
