import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestApi, openTestApi } from '../testing/api.ts'
import {
  ALICE,
  BOB,
  CHARLIE,
  GENESIS_SECONDS,
  bodyHash,
  hashOf,
  secondsAt,
} from '../testing/rows.ts'

const IMAGE = `sha256:${'ab'.repeat(32)}`

let api: TestApi
before(async () => {
  api = await openTestApi()
  const { rows } = api.database
  await rows.head(50)
  await rows.node({ id: 1 })
  await rows.node({ id: 2 })
  await rows.group({ id: 4, account: CHARLIE })
  await rows.proposal({
    group_id: 4,
    id: 0,
    state: 'Executed',
    closed_height: 9,
    closed_extrinsic: 2,
  })
  await rows.contract({ id: 1, owner: ALICE, node_id: 1, paid: '5', name: 'shop' })
  await rows.contract({
    id: 2,
    owner: CHARLIE,
    node_id: 2,
    state: 'Running',
    version: 2,
    running_version: 1,
    pending_version: 2,
    escrow: '1500000000000000000',
    paid: '1',
    settled_at: 77,
    network_key: `0x${'33'.repeat(32)}`,
    created_at: GENESIS_SECONDS + 54,
    name: 'bakery',
    images: [IMAGE],
    health: 'Unhealthy',
    reported_at: GENESIS_SECONDS + 60,
    created_height: 9,
    created_extrinsic: 2,
    changed_height: 12,
  })
  await rows.contract({
    id: 3,
    owner: BOB,
    node_id: 1,
    state: 'Closed',
    pending_version: null,
    escrow: '0',
    created_at: GENESIS_SECONDS + 60,
    name: 'shop',
    closed_height: 20,
    closed_at: GENESIS_SECONDS + 120,
    close_reason: 'Declined(Policy)',
    refund: '340282366920938463463374607431768211455',
    tombstone_deposit: '10000000000000000',
    pruned_height: 44,
    spec: {
      decline_reason: 'Policy',
      drop_reason: 'Declined(Policy)',
      sealing_version: 4_294_967_295,
    },
  })
  await rows.event({ height: 9, index: 1, contract_id: 2, name: 'Created' })
  await rows.event({ height: 12, index: 0, contract_id: 2, name: 'Accepted' })
})
after(() => api.close())

test('a contract tells who owns it, where it runs and what it runs', async () => {
  const { contract } = await api.query(`{
    contract(id: 2) {
      id owner ownerGroup { id } node { id } proposal { address } name imageDigests state version
      running { version bodyHash body resources { cpu memory storage gpus publicIpv4 } rate sealingVersion }
      pending { version deadline deadlineSeconds deposit }
      specs { nodes { version } }
      health reportedAt prunedHeight
      escrow escrowInCov: escrow(in: COV) paid paidInCov: paid(in: COV) settledAt networkKey
      createdAt createdHeight changedHeight closedAt closeReason refund
      events { nodes { name } }
    }
  }`)
  assert.deepEqual(contract, {
    id: '2',
    owner: CHARLIE,
    ownerGroup: { id: '4' },
    node: { id: '2' },
    proposal: { address: '4/0' },
    name: 'bakery',
    imageDigests: [IMAGE],
    state: 'Running',
    version: 2,
    running: {
      version: 1,
      body: '{"name":"contract 2","version":1}',
      bodyHash: bodyHash('{"name":"contract 2","version":1}'),
      resources: { cpu: 500, memory: 256, storage: 1_024, gpus: 0, publicIpv4: 0 },
      rate: '1012000000000000',
      sealingVersion: 1,
    },
    pending: {
      version: 2,
      deadline: new Date((GENESIS_SECONDS + 3_600) * 1000).toISOString(),
      deadlineSeconds: GENESIS_SECONDS + 3_600,
      deposit: '6000000000000000',
    },
    specs: { nodes: [{ version: 2 }, { version: 1 }] },
    health: 'Unhealthy',
    reportedAt: new Date((GENESIS_SECONDS + 60) * 1000).toISOString(),
    prunedHeight: null,
    escrow: '1500000000000000000',
    escrowInCov: '1.5 COV',
    paid: '1',
    paidInCov: '0.000000000000000001 COV',
    settledAt: 77,
    networkKey: `0x${'33'.repeat(32)}`,
    createdAt: new Date((GENESIS_SECONDS + 54) * 1000).toISOString(),
    createdHeight: 9,
    changedHeight: 12,
    closedAt: null,
    closeReason: null,
    refund: null,
    events: { nodes: [{ name: 'Accepted' }, { name: 'Created' }] },
  })
})

test('a closed contract keeps its last facts, and amounts of 128 bits are exact', async () => {
  const { contract } = await api.query(`{
    contract(id: "3") {
      state running { version } pending { version } ownerGroup { id } proposal { id }
      specs { nodes { declineReason dropReason sealingVersion contract { id } } }
      closedAt closedHeight closeReason refund refundInCov: refund(in: COV) tombstoneDeposit
      prunedHeight health
    }
  }`)
  assert.deepEqual(contract, {
    state: 'Closed',
    running: null,
    pending: null,
    ownerGroup: null,
    proposal: null,
    specs: {
      nodes: [
        {
          declineReason: 'Policy',
          dropReason: 'Declined(Policy)',
          sealingVersion: 4_294_967_295,
          contract: { id: '3' },
        },
      ],
    },
    closedAt: new Date((GENESIS_SECONDS + 120) * 1000).toISOString(),
    closedHeight: 20,
    closeReason: 'Declined(Policy)',
    refund: '340282366920938463463374607431768211455',
    refundInCov: '340282366920938463463.374607431768211455 COV',
    tombstoneDeposit: '10000000000000000',
    prunedHeight: 44,
    health: null,
  })
})

test('an id that no contract has is null', async () => {
  assert.deepEqual(await api.query('{ contract(id: 99) { id } }'), { contract: null })
  assert.deepEqual(await api.query('{ contract(id: "9007199254740991") { id } }'), {
    contract: null,
  })
})

const filters: [args: string, ids: string[]][] = [
  ['first: 9', ['3', '2', '1']],
  ['state: Offered', ['1']],
  ['state: Closed', ['3']],
  [`owner: "${CHARLIE}"`, ['2']],
  ['node: 1', ['3', '1']],
  [`node: 1, owner: "${ALICE}"`, ['1']],
  ['node: 1, state: Running', []],
  ['state: null, owner: null, node: null, first: null, after: null', ['3', '2', '1']],
  ['group: null, name: null, imageDigest: null, createdFrom: null', ['3', '2', '1']],
  ['group: 4', ['2']],
  ['group: 99', []],
  [`group: 4, owner: "${ALICE}"`, []],
  ['name: "shop"', ['3', '1']],
  ['name: "sho"', []],
  ['name: "shop", state: Closed', ['3']],
  [`imageDigest: "${IMAGE}"`, ['2']],
  [`imageDigest: "images.example/web:1@${IMAGE}"`, ['2']],
  [`imageDigest: "sha256:${'0'.repeat(64)}"`, []],
  [`createdFrom: "${iso(54)}"`, ['3', '2']],
  [`createdFrom: "${iso(54.001)}"`, ['3']],
  [`createdFrom: "${iso(99)}"`, []],
  [`createdBefore: "${iso(54)}"`, ['1']],
  [`createdBefore: "${iso(54.001)}"`, ['2', '1']],
  [`createdFrom: "${iso(7)}", createdBefore: "${iso(60)}"`, ['2']],
  ['createdFrom: "1970-01-01", createdBefore: "9999-12-31T23:59:59+12:00"', ['3', '2', '1']],
  ['direction: ASC', ['1', '2', '3']],
  ['sort: CHANGED', ['2', '3', '1']],
  ['sort: ESCROW', ['1', '2', '3']],
  ['sort: ESCROW, direction: ASC', ['3', '2', '1']],
  ['sort: PAID', ['1', '2', '3']],
  ['sort: NAME', ['3', '1', '2']],
  ['sort: NAME, direction: ASC', ['2', '1', '3']],
  ['sort: NAME, direction: ASC, node: 1', ['1', '3']],
]
for (const [args, ids] of filters) {
  test(`contracts filtered by (${args})`, async () => {
    const { contracts } = await api.query(`{ contracts(${args}) { nodes { id } } }`)
    assert.deepEqual(
      contracts.nodes.map(({ id }: { id: string }) => id),
      ids,
    )
  })
}

const refusals: [args: string, message: RegExp][] = [
  ['imageDigest: "sha256:00"', /which names no image: send its digest/],
  ['createdFrom: "yesterday"', /DateTime is ISO 8601 with its offset/],
  ['createdFrom: "2026-11-26T15:00:00"', /DateTime is ISO 8601 with its offset/],
  ['createdFrom: 7', /DateTime is ISO 8601 with its offset/],
  ['name: "\\u0000"', /contains a NUL character/],
]
for (const [args, message] of refusals) {
  test(`contracts filtered by (${args}) are refused`, async () => {
    assert.match((await api.refuse(`{ contracts(${args}) { nodes { id } } }`)).message, message)
  })
}

test('an address is understood in any of its spellings', async () => {
  const publicKey = '0x90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22'
  const { contracts } = await api.query(`{ contracts(owner: "${publicKey}") { nodes { id } } }`)
  assert.deepEqual(contracts.nodes, [{ id: '2' }])
})

const NOW = secondsAt(50)
const RATE = 1_012_000_000_000_000n

const accounts: [what: string, contract: object, node: object, funds: object][] = [
  [
    'what runs owes for the presence since it was settled, and lasts for what is left',
    { escrow: String(RATE * 250n + 1n) },
    {},
    { due: String(RATE * 100n), isUsedUp: false, fundedUntil: isoAt(NOW + 151) },
  ],
  [
    'of a node that has vanished one window counts',
    { escrow: String(RATE * 2_000n) },
    { last_seen: NOW - 9_999 },
    { due: String(RATE * 1_200n), isUsedUp: false, fundedUntil: isoAt(NOW + 800) },
  ],
  [
    'what is due is no more than the escrow, and then it is used up',
    { escrow: String(RATE * 100n) },
    {},
    { due: String(RATE * 100n), isUsedUp: true, fundedUntil: null },
  ],
  [
    'a node that is retired accrues nothing more',
    { escrow: String(RATE * 250n) },
    { state: 'Retired' },
    { due: '0', isUsedUp: false, fundedUntil: null },
  ],
  [
    'what costs nothing lasts for ever',
    { spec: { rate: '0' } },
    {},
    { due: '0', isUsedUp: false, fundedUntil: null },
  ],
  [
    'an end beyond the year 9999 is none that can be written',
    { escrow: '340282366920938463463374607431768211455', spec: { rate: '1' } },
    {},
    { due: '100', isUsedUp: false, fundedUntil: null },
  ],
  [
    'what does not run owes nothing',
    { state: 'Offered', running_version: null, pending_version: 1 },
    {},
    { due: '0', isUsedUp: false, fundedUntil: null },
  ],
  [
    'what is suspended owes nothing',
    { state: 'Suspended', escrow: '0', suspended_at: NOW },
    {},
    { due: '0', isUsedUp: false, fundedUntil: null },
  ],
]
for (const [index, [what, contract, node, funds]] of accounts.entries()) {
  test(`funds: ${what}`, async () => {
    const { rows } = api.database
    const id = 100 + index
    await rows.node({ id, live: 1_000, last_seen: NOW - 100, ...node })
    const running = { state: 'Running', running_version: 1, pending_version: null }
    const settled_at = 1_000
    await rows.contract({ id, node_id: id, ...running, settled_at, ...contract })
    const answer = await api.query(`{ contract(id: ${id}) { due isUsedUp fundedUntil } }`)
    assert.deepEqual(answer.contract, funds)
  })
}

test('the funds of many contracts are read with their nodes and specs, a statement each', async () => {
  const statements = await api.statementsOf(() =>
    api.query('{ contracts { nodes { due isUsedUp fundedUntil } } }'),
  )
  assert.equal(statements.length, 3)
})

test('two versions of a body tell what differs, in either direction, and no secret', async () => {
  const service = { image: 'a@sha256:1', env: { LOG: 'info' }, network: 'none', restart: 'always' }
  const secret = (sealed: string) => [{ name: 'db-url', sealed }]
  const first = { name: 'shop', services: { web: { ...service, secrets: secret('hunter2') } } }
  const web = { ...service, network: 'egress', restart: 'never', secrets: secret('swordfish') }
  const bodies = [first, { name: 'shop', services: { web, job: service } }, 'no body']
  await api.database.rows.contract({
    id: 200,
    version: 3,
    bodies: bodies.map((body) => (typeof body === 'string' ? body : JSON.stringify(body))),
  })
  const ask = async (from: number, to: number) =>
    (
      await api.query(
        `{ contract(id: 200) { bodyChanges(from: ${from}, to: ${to}) { path before after effects } } }`,
      )
    ).contract.bodyChanges
  const changes = await ask(1, 2)
  const [network, restart, secrets, job] = changes
  assert.deepEqual(
    [network, restart, job],
    [
      {
        path: 'web.network',
        before: 'none',
        after: 'egress',
        effects: ['RESTART', 'WIDER_ACCESS'],
      },
      { path: 'web.restart', before: 'always', after: 'never', effects: ['IN_PLACE'] },
      { path: 'job', before: null, after: 'runs', effects: ['STARTS'] },
    ],
  )
  assert.equal(secrets.path, 'web.secrets')
  assert.match(secrets.before, /^db-url \([0-9a-f]{16}\)$/)
  assert.doesNotMatch(JSON.stringify(changes), /hunter2|swordfish/)
  assert.deepEqual(
    (await ask(2, 1)).map(({ path, before, after }: Record<string, string>) => [
      path,
      after,
      before,
    ]),
    changes.map(({ path, before, after }: Record<string, string>) =>
      path === 'job' ? ['job', null, 'runs'] : [path, before, after],
    ),
  )
  assert.deepEqual(await ask(1, 1), [])
  assert.equal(await ask(1, 3), null)
  const { message } = await api.refuse(
    '{ contract(id: 200) { bodyChanges(from: 1, to: 4) { path } } }',
  )
  assert.equal(message, '`to` is 4; contract 200 has the versions 1 to 3.')
})

test('a timeline says of each event in which block and by which extrinsic it happened', async () => {
  const { contract } = await api.query(`{
    contract(id: 2) { events { nodes { name height blockHash timestamp extrinsicIndex } } }
  }`)
  assert.deepEqual(
    contract.events.nodes,
    [
      ['Accepted', 12],
      ['Created', 9],
    ].map(([name, height]) => ({
      name,
      height,
      blockHash: hashOf(Number(height)),
      timestamp: isoAt(secondsAt(Number(height))),
      extrinsicIndex: 1,
    })),
  )
})

function isoAt(seconds: number): string {
  return new Date(seconds * 1000).toISOString()
}

function iso(secondsAfterGenesis: number): string {
  return new Date((GENESIS_SECONDS + secondsAfterGenesis) * 1000).toISOString()
}
