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
    free_cpu: 4_294_966_795,
    free_memory: 7_936,
    free_storage: 101_376,
    free_gpus: 1,
    free_public_ipv4: 2,
  })
  await rows.node({ id: 2, live: 1_000, last_seen: now - WINDOW - 1, region: 'us' })
  await rows.node({ id: 3, live: 0, last_seen: null })
  await rows.node({
    id: 4,
    live: 500,
    last_seen: now,
    ...{ free_cpu: 2_000, free_memory: 512, free_storage: 9, free_gpus: 1, free_public_ipv4: 1 },
    ...{ price_cpu: '3', price_memory: '5', price_storage: '7', price_gpu: '11' },
    price_public_ipv4: '340282366920938463463374607431768211455',
    attributes: [
      { key: 'disk', value: 'nvme' },
      { key: 'arch', value: 'arm64' },
    ],
  })
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
      free { cpu memory storage gpus publicIpv4 }
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
    free: { cpu: 4_294_966_795, memory: 7_936, storage: 101_376, gpus: 1, publicIpv4: 2 },
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
  ['attributes: []', ['6', '5', '4', '3', '2', '1']],
  ['attributes: { key: "disk", value: "nvme" }', ['4', '1']],
  ['attributes: [{ key: "disk", value: "nvme" }, { key: "arch", value: "arm64" }]', ['4']],
  ['attributes: { key: "disk", value: "arm64" }', []],
  ['freeAtLeast: {}', ['6', '5', '4', '3', '2', '1']],
  ['freeAtLeast: { cpu: 2000, memory: 512, storage: 9, gpus: 1, publicIpv4: 1 }', ['4', '1']],
  ['freeAtLeast: { cpu: 2001 }', ['1']],
  ['freeAtLeast: { gpus: 2 }', []],
  ['freeAtLeast: { cpu: 9007199254740991 }', []],
  // 100 × 3 + 10 × 5 + 7 + 11
  ['freeAtLeast: { cpu: 100, memory: 10, storage: 1, gpus: 1 }, maxRate: "368"', ['4']],
  ['freeAtLeast: { cpu: 100, memory: 10, storage: 1, gpus: 1 }, maxRate: "367"', []],
  ['freeAtLeast: { cpu: 1 }, maxRate: "3 units"', ['4']],
  ['freeAtLeast: { cpu: 1 }, maxRate: "2"', []],
  [
    'freeAtLeast: { publicIpv4: 1 }, maxRate: "340282366920938463463374607431768211455"',
    ['4', '1'],
  ],
  ['freeAtLeast: { publicIpv4: 1 }, maxRate: "9 COV"', ['1']],
  ['freeAtLeast: { gpus: 1 }, maxRate: "1 COV", isLive: true, state: Active', ['4', '1']],
  ['sort: FREE_CPU, first: 2', ['1', '4']],
  ['sort: PRICE_CPU, direction: ASC, first: 2', ['4', '1']],
  ['sort: CONTRACTS, state: Active', ['1', '4', '3', '2']],
  ['direction: ASC, first: 2', ['1', '2']],
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

const refusals: [args: string, message: RegExp][] = [
  ['maxRate: "1"', /`maxRate` goes with `freeAtLeast`/],
  ['freeAtLeast: { cpu: 1 }, maxRate: "cheap"', /is "cheap", which is no amount/],
  ['freeAtLeast: { cpu: 1 }, maxRate: "-1"', /which is no amount/],
  ['freeAtLeast: { cpu: -1 }', /Uint is a whole number/],
  ['attributes: { key: "\\u0000", value: "" }', /contains a NUL character/],
  [
    `attributes: [${'{ key: "a", value: "b" }, '.repeat(17)}]`,
    /`attributes` has 17 items; a node has 16 at most/,
  ],
]
for (const [args, message] of refusals) {
  test(`nodes filtered by (${args.slice(0, 60)}) are refused`, async () => {
    assert.match((await api.refuse(`{ nodes(${args}) { nodes { id } } }`)).message, message)
  })
}

test('an id that no node has is null', async () => {
  assert.deepEqual(await api.query('{ node(id: 0) { id } }'), { node: null })
})
