import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type TestApi, openTestApi } from '../testing/api.ts'
import { ALICE, BOB, CHARLIE, GENESIS_SECONDS, bodyHash } from '../testing/rows.ts'

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
  await rows.contract({ id: 1, owner: ALICE, node_id: 1 })
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
      id owner ownerGroup { id } node { id } proposal { address } state version
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
    createdAt: new Date((GENESIS_SECONDS + 6) * 1000).toISOString(),
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

test('an address is understood in any of its spellings', async () => {
  const publicKey = '0x90b5ab205c6974c9ea841be688864633dc9ca8a357843eeacf2314649965fe22'
  const { contracts } = await api.query(`{ contracts(owner: "${publicKey}") { nodes { id } } }`)
  assert.deepEqual(contracts.nodes, [{ id: '2' }])
})
