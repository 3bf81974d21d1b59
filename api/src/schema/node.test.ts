import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestApi, openTestApi } from '../testing/api.ts'
import { ALICE, BOB, CHARLIE, secondsAt } from '../testing/rows.ts'

const WINDOW = 1_200

let api: TestApi
before(async () => {
  api = await openTestApi()
  const { rows } = api.database
  await rows.head(500)
  const now = secondsAt(500)
  await rows.group({ id: 6, account: CHARLIE })
  await rows.node({
    id: 1,
    operator: CHARLIE,
    agent: BOB,
    named_agent: BOB,
    live: 1_000,
    last_seen: now - WINDOW,
    announced_at: now - WINDOW,
    attributes: [{ key: 'disk', value: 'nvme' }],
    endpoint: '192.0.2.7:51820',
    contract_count: 1,
  })
  await rows.node({ id: 2, live: 1_000, last_seen: now - WINDOW - 1, region: 'us' })
  await rows.node({ id: 3, live: 0, last_seen: null })
  await rows.node({ id: 4, live: 500, last_seen: now })
  await rows.node({ id: 5, live: 300, last_seen: now, state: 'Retired' })
  await rows.node({ id: 6, live: 200, last_seen: now, state: 'Removed', removed_height: 99 })
  await rows.contract({ id: 1, node_id: 1 })
  await rows.contract({ id: 2, node_id: 1, state: 'Closed', pending_version: null })
  await rows.event({ height: 3, index: 0, pallet: 'nodes', name: 'Served', node_id: 1 })
})
after(() => api.close())

test('a node tells what it offers, to whom it belongs and what it runs', async () => {
  const { node } = await api.query(`{
    node(id: 1) {
      id operator operatorGroup { id } namedAgent agent sealing { key version }
      total { cpu memory storage gpus publicIpv4 } reserved { cpu memory storage gpus publicIpv4 }
      prices { cpu memory storage gpu publicIpv4 } region attributes { key value } endpoint state
      live isLive lastSeen lastSeenSeconds announcedAt contractCount deposit(in: COV)
      contracts { nodes { id } } closed: contracts(state: Closed) { nodes { id } }
      events { nodes { name } }
    }
  }`)
  const seen = secondsAt(500) - WINDOW
  assert.deepEqual(node, {
    id: '1',
    operator: CHARLIE,
    operatorGroup: { id: '6' },
    namedAgent: BOB,
    agent: BOB,
    sealing: { key: `0x${'22'.repeat(32)}`, version: 1 },
    total: { cpu: 4_294_967_295, memory: 8_192, storage: 102_400, gpus: 1, publicIpv4: 2 },
    reserved: { cpu: 500, memory: 256, storage: 1_024, gpus: 0, publicIpv4: 0 },
    prices: {
      cpu: '1000000000000',
      memory: '2000000000000',
      storage: '0',
      gpu: '0',
      publicIpv4: '0',
    },
    region: 'eu',
    attributes: [{ key: 'disk', value: 'nvme' }],
    endpoint: '192.0.2.7:51820',
    state: 'Active',
    live: 1_000 + WINDOW,
    isLive: true,
    lastSeen: new Date(seen * 1000).toISOString(),
    lastSeenSeconds: seen,
    announcedAt: new Date(seen * 1000).toISOString(),
    contractCount: 1,
    deposit: '10 COV',
    contracts: { nodes: [{ id: '2' }, { id: '1' }] },
    closed: { nodes: [{ id: '2' }] },
    events: { nodes: [{ name: 'Served' }] },
  })
})

test('the live clock runs on for one window after a sign of life, and then stands still', async () => {
  const { nodes } = await api.query('{ nodes(state: Active) { nodes { id live isLive } } }')
  assert.deepEqual(nodes.nodes, [
    { id: '4', live: 500, isLive: true },
    { id: '3', live: 0, isLive: false },
    { id: '2', live: 1_000 + WINDOW, isLive: false },
    { id: '1', live: 1_000 + WINDOW, isLive: true },
  ])
})

test('the live clock of a node that is retired or removed stands still', async () => {
  const { retired, removed } = await api.query(`{
    retired: node(id: 5) { state live isLive removedHeight }
    removed: node(id: 6) { state live isLive removedHeight }
  }`)
  assert.deepEqual(retired, { state: 'Retired', live: 300, isLive: false, removedHeight: null })
  assert.deepEqual(removed, { state: 'Removed', live: 200, isLive: false, removedHeight: 99 })
})

const filters: [args: string, ids: string[]][] = [
  ['state: Active', ['4', '3', '2', '1']],
  ['state: Draining', []],
  ['state: Retired', ['5']],
  ['region: "eu"', ['6', '5', '4', '3', '1']],
  ['region: ""', []],
  ['isLive: true', ['4', '1']],
  ['isLive: false', ['6', '5', '3', '2']],
  ['isLive: true, region: "us"', []],
  [`operator: "${ALICE}"`, ['6', '5', '4', '3', '2']],
]
for (const [args, ids] of filters) {
  test(`nodes filtered by (${args})`, async () => {
    const { nodes } = await api.query(`{ nodes(${args}) { nodes { id } } }`)
    assert.deepEqual(
      nodes.nodes.map(({ id }: { id: string }) => id),
      ids,
    )
  })
}

test('an id that no node has is null', async () => {
  assert.deepEqual(await api.query('{ node(id: 0) { id } }'), { node: null })
})
