import assert from 'node:assert/strict'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import type { Hex } from '@covenant/chain-client'
import { startTestPostgres, type TestPostgres } from '@covenant/schema/testing'
import { openRows, type TestRows } from '../testing/rows.ts'
import { ALICE, BOB, BODY, event } from '../testing/story.ts'

let postgres: TestPostgres
let rows: TestRows
before(async () => {
  postgres = await startTestPostgres()
})
after(() => postgres.stop())
beforeEach(async () => {
  rows = await openRows(postgres)
  await rows.happen(event('nodes.NodeRegistered'), event('contracts.BodyNoted'))
})
afterEach(() => rows.close())

const contract = () => rows.one('SELECT * FROM contracts')
const body = () => rows.one('SELECT reference_count, removed_height, changed_height FROM bodies')
/** What is reserved; with what is free it is all there is. */
async function node() {
  const row = await rows.one(
    'SELECT contract_count, reserved_cpu, reserved_memory, reserved_storage, reserved_gpus, reserved_public_ipv4 FROM nodes',
  )
  const [sums] = await rows.all(`SELECT free_cpu + reserved_cpu = total_cpu AS cpu,
    free_memory + reserved_memory = total_memory AS memory, free_storage + reserved_storage = total_storage AS storage,
    free_gpus + reserved_gpus = total_gpus AS gpus,
    free_public_ipv4 + reserved_public_ipv4 = total_public_ipv4 AS ipv4 FROM nodes`)
  assert.deepEqual(sums, { cpu: true, memory: true, storage: true, gpus: true, ipv4: true })
  return row
}
const NOTHING = {
  reserved_cpu: 0,
  reserved_memory: 0,
  reserved_storage: 0,
  reserved_gpus: 0,
  reserved_public_ipv4: 0,
}
const RESERVED = {
  reserved_cpu: 500,
  reserved_memory: 256,
  reserved_storage: 1024,
  reserved_gpus: 0,
  reserved_public_ipv4: 1,
}

test('an offer is a contract with a pending spec, counted by node and body', async () => {
  const height = await rows.happen(event('contracts.Created'))
  assert.deepEqual(await contract(), {
    id: 1,
    owner: ALICE,
    node_id: 1,
    state: 'Offered',
    version: 1,
    running_version: null,
    pending_version: 1,
    escrow: 2n ** 128n - 1n,
    paid: 0n,
    settled_at: 0,
    suspended_at: null,
    network_key: null,
    health: null,
    reported_at: null,
    created_at: 1_800_000_100,
    deposit: 5n,
    created_height: height,
    created_extrinsic: 1,
    changed_height: height,
    closed_height: null,
    closed_at: null,
    close_reason: null,
    refund: null,
    tombstone_deposit: null,
    tombstone_body: null,
    pruned_height: null,
    name: '',
  })
  assert.deepEqual(await rows.one('SELECT * FROM specs'), {
    contract_id: 1,
    version: 1,
    body_hash: BODY,
    cpu: 500,
    memory: 256,
    storage: 1024,
    gpus: 0,
    public_ipv4: 1,
    rate: 1_000n,
    sealing_version: 1,
    deposit: 3n,
    deadline: 1_800_000_600,
    created_height: height,
    accepted_height: null,
    decline_reason: null,
    drop_reason: null,
  })
  assert.deepEqual(await node(), { contract_count: 1, ...NOTHING })
  assert.deepEqual(await body(), {
    reference_count: 1,
    removed_height: null,
    changed_height: height,
  })
})

test('an accepted contract runs and has reserved what it asked for', async () => {
  await rows.happen(event('contracts.Created'))
  const before = await contract()
  const height = await rows.happen(event('contracts.Accepted'))
  assert.deepEqual(await contract(), {
    ...before,
    state: 'Running',
    running_version: 1,
    pending_version: null,
    network_key: `0x${'0d'.repeat(32)}`,
    settled_at: 42,
    changed_height: height,
  })
  assert.equal((await rows.one('SELECT accepted_height FROM specs'))['accepted_height'], height)
  assert.deepEqual(await node(), { contract_count: 1, ...RESERVED })
})

test('a contract has the name and the images of what runs, before of what is on offer, and keeps them', async () => {
  const found = async () => {
    const { name } = await contract()
    const images = await rows.all('SELECT digest FROM contract_images')
    return [name, images.map(({ digest }) => digest)]
  }
  const noted = (name: string, digit: string) => {
    const image = `images.example/web@sha256:${digit.repeat(64)}`
    const text = JSON.stringify({ name, services: { web: { image } } })
    const hash: Hex = `0x${digit.repeat(64)}`
    const bytes: Hex = `0x${Buffer.from(text).toString('hex')}`
    return { hash, event: event('contracts.BodyNoted', { hash, bytes }) }
  }
  const [a, b, c] = [noted('a', 'a'), noted('b', 'b'), noted('c', 'c')]
  const digest = (digit: string) => [`sha256:${digit.repeat(64)}`]
  await rows.happen(a.event, b.event, c.event, event('contracts.Created', { body: a.hash }))
  assert.deepEqual(await found(), ['a', digest('a')])
  await rows.happen(event('contracts.UpdateOffered', { body: b.hash }))
  assert.deepEqual(await found(), ['b', digest('b')], 'nothing runs yet')
  await rows.happen(event('contracts.Accepted', { version: 2, body: b.hash }))
  await rows.happen(event('contracts.UpdateOffered', { version: 3, body: c.hash }))
  assert.deepEqual(await found(), ['b', digest('b')], 'the update is on offer')
  await rows.happen(event('contracts.Accepted', { version: 3, body: c.hash }))
  assert.deepEqual(await found(), ['c', digest('c')])
  await rows.happen(event('contracts.Closed'))
  assert.deepEqual(await found(), ['c', digest('c')])
})

test('what a node has reserved adds up over its contracts and comes back one by one', async () => {
  await rows.happen(
    event('contracts.Created'),
    event('contracts.Accepted'),
    event('contracts.Created', {
      contract: 2,
      resources: { cpu: 1, memory: 2, storage: 3, gpus: 1, publicIpv4: 0 },
    }),
    event('contracts.Accepted', { contract: 2 }),
  )
  assert.deepEqual(await node(), {
    contract_count: 2,
    reserved_cpu: 501,
    reserved_memory: 258,
    reserved_storage: 1027,
    reserved_gpus: 1,
    reserved_public_ipv4: 1,
  })
  await rows.happen(event('contracts.Closed', { contract: 2 }))
  assert.deepEqual(await node(), { contract_count: 1, ...RESERVED })
})

test('settlements add up, and the one that uses the escrow up suspends', async () => {
  await rows.happen(event('contracts.Created'), event('contracts.Accepted'))
  await rows.happen(event('contracts.Settled'))
  const before = await contract()
  assert.equal(before['paid'], 10n)
  assert.equal(before['escrow'], 90n)
  assert.equal(before['settled_at'], 52)
  assert.equal(before['suspended_at'], null)
  const last = {
    paid: 90n,
    escrow: 0n,
    settledAt: 60,
    state: 'Suspended',
    at: 1_800_000_250,
  } as const
  const height = await rows.happen(event('contracts.Settled', last))
  assert.deepEqual(await contract(), {
    ...before,
    state: 'Suspended',
    paid: 100n,
    escrow: 0n,
    settled_at: 60,
    suspended_at: 1_800_000_250,
    changed_height: height,
  })
  assert.deepEqual(await node(), { contract_count: 1, ...RESERVED })
})

test('a cancelled contract keeps its facts and names the body it ran', async () => {
  await rows.happen(
    event('contracts.Created'),
    event('contracts.Accepted'),
    event('contracts.Settled'),
  )
  const before = await contract()
  const height = await rows.happen(event('contracts.Closed'))
  assert.deepEqual(await contract(), {
    ...before,
    state: 'Closed',
    running_version: null,
    escrow: 0n,
    changed_height: height,
    closed_height: height,
    closed_at: 1_800_000_300,
    close_reason: 'Cancelled',
    refund: 90n,
    tombstone_deposit: 1n,
    tombstone_body: BODY,
  })
  assert.deepEqual(await node(), { contract_count: 0, ...NOTHING })
  assert.deepEqual(await body(), {
    reference_count: 0,
    removed_height: null,
    changed_height: height,
  })
})

test('a declined offer is closed with the reason, on the contract and on its spec', async () => {
  await rows.happen(event('contracts.Created'))
  const height = await rows.happen(
    event('contracts.Declined', { reason: 'Other(7)' }),
    event('contracts.Closed', { reason: 'Declined(Other(7))' }),
  )
  const { state, close_reason, pending_version, tombstone_body, changed_height } = await contract()
  assert.deepEqual(
    { state, close_reason, pending_version, tombstone_body, changed_height },
    {
      state: 'Closed',
      close_reason: 'Declined(Other(7))',
      pending_version: null,
      tombstone_body: BODY,
      changed_height: height,
    },
  )
  assert.equal((await rows.one('SELECT decline_reason FROM specs'))['decline_reason'], 'Other(7)')
  assert.deepEqual(await node(), { contract_count: 0, ...NOTHING })
})

const UPDATE_BODY = `0x${'0f'.repeat(32)}` as const
const references = async () =>
  await rows.all('SELECT hash, reference_count FROM bodies ORDER BY hash')

/** A contract that runs, with an update to another body beside it. */
async function update() {
  await rows.happen(
    event('contracts.BodyNoted', { hash: UPDATE_BODY, who: BOB }),
    event('contracts.Created'),
    event('contracts.Accepted'),
  )
  return await rows.happen(event('contracts.UpdateOffered', { body: UPDATE_BODY }))
}

test('an update is a pending spec beside the one that runs, and reserves nothing', async () => {
  const height = await update()
  const { state, version, running_version, pending_version, changed_height } = await contract()
  assert.deepEqual([state, version, running_version, pending_version], ['Running', 2, 1, 2])
  assert.equal(changed_height, height)
  const spec = await rows.one('SELECT body_hash, cpu, rate, deposit FROM specs WHERE version = 2')
  assert.deepEqual(spec, { body_hash: UPDATE_BODY, cpu: 700, rate: 2_000n, deposit: 4n })
  assert.deepEqual(await node(), { contract_count: 1, ...RESERVED })
  assert.deepEqual(await references(), [
    { hash: BODY, reference_count: 1 },
    { hash: UPDATE_BODY, reference_count: 1 },
  ])
})

test('an accepted update takes the place of what ran, its capacity and its body', async () => {
  await update()
  await rows.happen(event('contracts.Accepted', { version: 2, body: UPDATE_BODY }))
  const { state, running_version, pending_version } = await contract()
  assert.deepEqual([state, running_version, pending_version], ['Running', 2, null])
  assert.deepEqual(await node(), {
    contract_count: 1,
    reserved_cpu: 700,
    reserved_memory: 128,
    reserved_storage: 2048,
    reserved_gpus: 1,
    reserved_public_ipv4: 0,
  })
  assert.deepEqual(await references(), [
    { hash: BODY, reference_count: 0 },
    { hash: UPDATE_BODY, reference_count: 1 },
  ])
})

test('a second update takes the place of the first, and one of the same body counts twice', async () => {
  await update()
  await rows.happen(event('contracts.UpdateOffered', { version: 3 }))
  const { version, running_version, pending_version } = await contract()
  assert.deepEqual([version, running_version, pending_version], [3, 1, 3])
  assert.deepEqual(await references(), [
    { hash: BODY, reference_count: 2 },
    { hash: UPDATE_BODY, reference_count: 0 },
  ])
})

test('a dropped update leaves what runs, with the reason on its spec', async () => {
  await update()
  await rows.happen(
    event('contracts.Declined', { version: 2, reason: 'Price' }),
    event('contracts.UpdateDropped', { reason: 'Declined(Price)' }),
  )
  const { state, version, running_version, pending_version } = await contract()
  assert.deepEqual([state, version, running_version, pending_version], ['Running', 2, 1, null])
  const spec = await rows.one(
    'SELECT decline_reason, drop_reason FROM specs WHERE version = 2 AND contract_id = 1',
  )
  assert.deepEqual(spec, { decline_reason: 'Price', drop_reason: 'Declined(Price)' })
  assert.equal((await references())[1]?.['reference_count'], 0)
})

test('a contract that is closed with an update names neither body any more', async () => {
  await update()
  await rows.happen(event('contracts.Closed', { reason: 'Terminated(Hardware)' }))
  const { state, version, pending_version, close_reason, tombstone_body } = await contract()
  assert.deepEqual([state, version, pending_version], ['Closed', 2, null])
  assert.deepEqual([close_reason, tombstone_body], ['Terminated(Hardware)', BODY])
  assert.deepEqual(
    (await references()).map((body) => body['reference_count']),
    [0, 0],
  )
  assert.deepEqual(await node(), { contract_count: 0, ...NOTHING })
})

test('a top-up fills the escrow and ends a suspension', async () => {
  await rows.happen(
    event('contracts.Created'),
    event('contracts.Accepted'),
    event('contracts.Settled', { state: 'Suspended', escrow: 0n }),
  )
  const before = await contract()
  const height = await rows.happen(event('contracts.ToppedUp'))
  assert.deepEqual(await contract(), {
    ...before,
    state: 'Running',
    escrow: 110n,
    settled_at: 61,
    suspended_at: null,
    changed_height: height,
  })
})

test('a report is kept with its time', async () => {
  await rows.happen(event('contracts.Created'), event('contracts.Accepted'))
  await rows.happen(event('contracts.Reported'))
  const { health, reported_at } = await contract()
  assert.deepEqual({ health, reported_at }, { health: 'Healthy', reported_at: 1_800_000_220 })
})

test('a pruned contract keeps its facts', async () => {
  await rows.happen(event('contracts.Created'), event('contracts.Closed'))
  const before = await contract()
  const height = await rows.happen(event('contracts.Pruned'))
  assert.deepEqual(await contract(), {
    ...before,
    pruned_height: height,
    changed_height: height,
  })
})

test('a body has its bytes, its text and its holders', async () => {
  await rows.happen(event('contracts.BodyNoted', { who: BOB, deposit: 9n }))
  const { bytes, text } = await rows.one('SELECT bytes, text FROM bodies')
  assert.deepEqual([bytes, text], [Buffer.from('{}'), '{}'])
  assert.deepEqual(
    await rows.all('SELECT account, deposit, created_height FROM body_holders ORDER BY 3'),
    [
      { account: ALICE, deposit: 7n, created_height: 1 },
      { account: BOB, deposit: 9n, created_height: 2 },
    ],
  )
})

test('bytes that are no text have none', async () => {
  const other = `0x${'ee'.repeat(32)}` as const
  for (const bytes of ['0xff', '0x610062'] as const) {
    await rows.happen(event('contracts.BodyNoted', { hash: other, bytes }))
    const row = await rows.one('SELECT bytes, text FROM bodies WHERE hash = $1', other)
    assert.equal(row['text'], null)
    assert.deepEqual(row['bytes'], Buffer.from(bytes.slice(2), 'hex'))
    await rows.all('DELETE FROM body_holders WHERE body_hash = $1', other)
    await rows.all('DELETE FROM bodies WHERE hash = $1', other)
  }
})

test('a body that the chain has removed keeps its row, and is back when it is noted again', async () => {
  const removed = await rows.happen(event('contracts.BodyDropped'), event('contracts.BodyRemoved'))
  assert.deepEqual(await body(), {
    reference_count: 0,
    removed_height: removed,
    changed_height: removed,
  })
  assert.deepEqual(await rows.all('SELECT * FROM body_holders'), [])
  const back = await rows.happen(event('contracts.BodyNoted', { who: BOB }))
  assert.deepEqual(await body(), { reference_count: 0, removed_height: null, changed_height: back })
})

const inconsistent: [string, Parameters<TestRows['happen']>, RegExp][] = [
  ['an accept of no contract', [event('contracts.Accepted', { contract: 9 })], /contract 9/],
  ['a version that was never offered', [event('contracts.Accepted', { version: 9 })], /spec 1\/9/],
  [
    'a decline of a version that was never offered',
    [event('contracts.Declined', { version: 9 })],
    /spec 1\/9/,
  ],
  ['a settlement of no contract', [event('contracts.Settled', { contract: 9 })], /contract 9/],
  ['the end of no contract', [event('contracts.Closed', { contract: 9 })], /contract 9/],
  [
    'a second end',
    [event('contracts.Closed'), event('contracts.Closed')],
    /contract 1, which is closed/,
  ],
  ['an update of no contract', [event('contracts.UpdateOffered', { contract: 9 })], /contract 9/],
  ['the drop of no update', [event('contracts.UpdateDropped', { version: 9 })], /spec 1\/9/],
  [
    'the prune of an open contract',
    [event('contracts.Pruned')],
    /contract 1, which has no tombstone/,
  ],
  [
    'a drop by one who is no holder',
    [event('contracts.BodyDropped', { who: BOB })],
    /holder of a body/,
  ],
  [
    'the removal of no body',
    [event('contracts.BodyRemoved', { hash: `0x${'ee'.repeat(32)}` })],
    /body 0xee/,
  ],
]
for (const [name, events, message] of inconsistent) {
  test(`${name} stops the indexer`, async () => {
    await rows.happen(event('contracts.Created'))
    await assert.rejects(rows.happen(...events), { name: 'Inconsistent', message })
  })
}
